using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>
/// Opens after one timeout during which nothing was answered, or a few other failures in a row, so that calls no longer wait for a server that does not answer; a probe of its own,
/// never a caller, finds out when it answers again. The probe begins at once: after a mere hiccup the circuit is open for one round trip.
/// </summary>
/// <remarks>
/// A success costs two reads of fields, and at most once per millisecond a write. A pipeline of Polly around every command, measured before, cost 1.5 KB and a third of the throughput.
/// </remarks>
internal sealed class RedisCircuit(Partition? partition, RedisConnection connection, ConnectionReplacement replacement, TimeSpan timeout, TimeProvider time, CancellationToken stopping)
{
    private const int FailuresInARow = 3;
    private readonly long _answerInterval = time.TimestampFrequency / 1_000;

    private int _failures;
    private int _open;
    private long _lastAnswer = long.MinValue / 2;
    private int _inDoubt;
    private Exception? _lastFailure;

    /// <summary>Gets the partition; nothing for the circuit of the connection itself.</summary>
    public Partition? Partition => partition;

    public bool IsOpen => Volatile.Read(ref _open) != 0;

    /// <exception cref="RedisTagCacheUnavailableException">The circuit is open.</exception>
    public void ThrowIfOpen()
    {
        if (IsOpen)
            throw new RedisTagCacheUnavailableException("Redis is not responding, so the circuit breaker is open. Calls fail at once until Redis responds.", Volatile.Read(ref _lastFailure));
    }

    /// <summary>Raised when it opens, with what was the last failure.</summary>
    public event Action<RedisCircuit, Exception>? Opened;

    /// <summary>Raised when the server answers again after the circuit was open.</summary>
    public event Action? Closed;

    /// <summary>Notes an answer.</summary>
    /// <param name="now">The time stamp of the answer.</param>
    public void Succeeded(long now)
    {
        if (Volatile.Read(ref _failures) != 0)
            Volatile.Write(ref _failures, 0);
        if (now > Volatile.Read(ref _lastAnswer) + _answerInterval)
            Volatile.Write(ref _lastAnswer, now);
    }

    /// <summary>Notes a failure.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="start">The time stamp at which the call began.</param>
    public void Failed(Exception exception, long start)
    {
        if (!RedisFailure.IsOutage(exception))
            return;
        if (exception is TimeoutException && Volatile.Read(ref _lastAnswer) is var last && last > start)
        {
            // Redis has answered other calls in the meantime, so the answers were large or many. If it has been silent since then, a probe finds out whether it is gone.
            if (time.GetElapsedTime(last) > timeout / 2)
                Doubt();
            return;
        }

        Volatile.Write(ref _lastFailure, exception);

        // After a timeout the caller has waited its time: what it asks for next must not make it wait again.
        var failures = Interlocked.Increment(ref _failures);
        if ((failures < FailuresInARow && exception is not TimeoutException) || Interlocked.Exchange(ref _open, 1) != 0)
            return;
        try
        {
            Opened?.Invoke(this, exception);
        }
        finally
        {
            _ = Task.Run(ProbeAsync, CancellationToken.None); // whatever an observer throws: else it stayed open
        }
    }

    /// <summary>Finds out whether the server answers, when it may be that it does not, or no longer does not.</summary>
    public async Task TryAsync()
    {
        var start = time.GetTimestamp();
        try
        {
            if (IsOpen)
                await TryCloseAsync().ConfigureAwait(false);
            else
                await AskAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested && IsTrouble(e))
        {
            Failed(e, start);
        }
        catch (Exception e) when (stopping.IsCancellationRequested && IsTrouble(e))
        {
            // disposed
        }
    }

    private void Doubt()
    {
        if (Interlocked.Exchange(ref _inDoubt, 1) == 0)
            _ = Task.Run(DoubtAsync, CancellationToken.None);
    }

    private async Task DoubtAsync()
    {
        try
        {
            await TryAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _inDoubt, 0);
        }
    }

    private async Task ProbeAsync()
    {
        var opened = time.GetTimestamp();
        try
        {
            for (var tries = 1; IsOpen && !await TryOnceAsync().ConfigureAwait(false); tries++)
            {
                replacement.BeginIfDue(opened, AskAsync, () => IsOpen && !stopping.IsCancellationRequested);
                await Task.Delay(RetryPolicy.Probe.PauseAfter(tries), time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // disposed
        }
    }

    private async Task<bool> TryOnceAsync()
    {
        try
        {
            if (await TryCloseAsync().ConfigureAwait(false))
                return true;
            await ReconfigureAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing may end the loop that closes the circuit.
        catch (Exception)
#pragma warning restore CA1031
        {
            // disposed, or an observer threw; what the latter has missed it finds by polling
        }

        return false;
    }

    private async Task<bool> TryCloseAsync()
    {
        try
        {
            await AskAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested && IsTrouble(e))
        {
            return false;
        }

        Succeeded(time.GetTimestamp());
        if (Interlocked.Exchange(ref _open, 0) != 0)
            Closed?.Invoke();
        return true;
    }

    private bool IsTrouble(Exception e) => RedisFailure.IsRedis(e) || connection.IsClosing(e);

    private async Task AskAsync() => await AskAsync(await connection.GetDatabaseAsync().AsTask().WaitAsync(timeout, time, stopping).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task AskAsync(IDatabase database)
    {
        Task asking = partition is null
            ? database.PingAsync(CommandFlags.DemandMaster)
            : database.StringGetAsync(partition.Epoch, CommandFlags.DemandMaster);
        asking.Forget();
        await asking.WaitAsync(timeout, time, stopping).ConfigureAwait(false);
    }

    /// <summary>Another server may have become the primary, and the client may not know it yet.</summary>
    private async Task ReconfigureAsync()
    {
        try
        {
            await connection.ReconfigureAsync().WaitAsync(timeout, time, stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested && IsTrouble(e))
        {
            // the next probe asks again
        }
    }
}

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
