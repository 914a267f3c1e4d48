using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>
/// Replaces a connection that is stuck: the client takes it for good, but no reply arrives on it any more, although the server responds to a new one. A firewall or a proxy
/// that has lost the connection without a word does that.
/// </summary>
internal sealed class ConnectionReplacement(RedisConnection connection, TimeSpan timeout, TimeProvider time, CacheMeter meter, ILogger logger)
{
    private const int Timeouts = 20;
    private static readonly TimeSpan _minPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _maxPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long? _lastTry;
    private Task _running = Task.CompletedTask;

    /// <summary>Gets for how long no reply arrives before a new connection is tried, and the pause between such attempts: 20 timeouts, within bounds.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks * Timeouts, _minPatience.Ticks, _maxPatience.Ticks));

    /// <summary>Begins to replace the connection if it has been silent for long enough, and nothing was tried lately. Does not wait.</summary>
    /// <param name="since">The time stamp of the failure that opened the circuit.</param>
    /// <param name="ask">Asks the server. Its failure means that the new connection is no better.</param>
    /// <param name="isStuck">Whether the present connection still does not respond.</param>
    public void BeginIfDue(long since, Func<IDatabase, Task> ask, Func<bool> isStuck)
    {
        lock (_lock)
        {
            if (!_running.IsCompleted || time.GetElapsedTime(since) < Patience || (_lastTry is { } last && time.GetElapsedTime(last) < Patience))
                return;
            _lastTry = time.GetTimestamp();
            _running = Task.Run(() => TryAsync(since, ask, isStuck));
            _running.Forget();
        }
    }

    /// <summary>Replaces the connection, if the server responds to a new one.</summary>
    public async Task<bool> TryAsync(long since, Func<IDatabase, Task> ask, Func<bool> isStuck)
    {
        var start = time.GetTimestamp();
        if (!await connection.TryReplaceAsync(ask, isStuck).ConfigureAwait(false))
            return false;
        meter.Operation(CacheEventDetail.Reconnect, CacheOutcome.Ok, time.GetElapsedTime(start));
        Log.ConnectionReplaced(logger, connection.Location, (long)time.GetElapsedTime(since).TotalSeconds);
        return true;
    }
}
