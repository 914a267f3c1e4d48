namespace RedisTagCache.Connection;

/// <summary>After which pauses something is tried again, and how often. All that is tried again has its policy here.</summary>
/// <param name="MaxTries">How often it is tried in all.</param>
/// <param name="FirstPause">The pause after the first try. Each pause is twice as long as the one before.</param>
/// <param name="MaxPause">The longest pause.</param>
internal sealed record RetryPolicy(int MaxTries, TimeSpan FirstPause, TimeSpan MaxPause)
{
    /// <summary>Gets the policy for a command that a server refuses for the moment, without having done anything, such as one for a slot that is just being moved.</summary>
    public static RetryPolicy Refused { get; } = new(4, TimeSpan.FromMilliseconds(10), TimeSpan.MaxValue);

    /// <summary>Gets the policy for a caller's eviction or removal that failed for a transient reason, such as a lost connection.</summary>
    public static RetryPolicy Transient { get; } = new(4, TimeSpan.FromMilliseconds(40), TimeSpan.MaxValue);

    /// <summary>Gets the policy for what is retried in the background until it succeeds: the connection, unconfirmed evictions and removals, a new tag state.</summary>
    public static RetryPolicy Owed { get; } = Every(TimeSpan.FromSeconds(1));

    /// <summary>Gets the policy by which an open circuit finds out whether the server responds.</summary>
    public static RetryPolicy Probe { get; } = Every(TimeSpan.FromMilliseconds(500));

    /// <summary>Gets the policy by which partitions are polled for changes of which no message came.</summary>
    public static RetryPolicy Poll { get; } = Every(TimeSpan.FromSeconds(1));

    /// <summary>Returns the pause after that number of attempts.</summary>
    public TimeSpan PauseAfter(int tries)
    {
        var ticks = FirstPause.Ticks * Math.Pow(2, tries - 1);
        return ticks < MaxPause.Ticks ? new TimeSpan((long)ticks) : MaxPause;
    }

    /// <summary>Runs an operation, and repeats it if it fails for a transient reason. For operations that may be done twice.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation, TimeProvider time)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await operation().ConfigureAwait(false);
            }
            catch (Exception e) when (tries < MaxTries && RedisFailure.IsTransient(e))
            {
                await Task.Delay(PauseAfter(tries), time).ConfigureAwait(false);
            }
        }
    }

    private static RetryPolicy Every(TimeSpan pause) => new(int.MaxValue, pause, pause);
}
