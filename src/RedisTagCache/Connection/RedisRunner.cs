using System.Runtime.CompilerServices;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Runs one operation on Redis: bounded in time, counted by the circuit, and measured.</summary>
internal sealed class RedisRunner(RedisConnection connection, RedisCircuits circuits, TimeSpan timeout, TimeProvider time, CacheMeter meter)
{
    private readonly Deadlines _deadlines = new(timeout, time);
    private readonly long _timeoutTicks = (long)(timeout.TotalSeconds * time.TimestampFrequency);

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Gets the time stamp at which a call that begins now has had its time.</summary>
    public long DeadlineFromNow() => time.GetTimestamp() + _timeoutTicks;

    /// <summary>Gets the same, a quarter of the time earlier: what is not sent by then must not be sent just when its caller gives up.</summary>
    public long EarlyDeadlineFromNow() => time.GetTimestamp() + (_timeoutTicks / 4 * 3);

    /// <summary>Whether a call would wait for Redis at all. When not, it fails; ask first where that happens often.</summary>
    public bool IsAvailable(Partition partition) => !circuits[partition].IsOpen;

    /// <summary>Whether a call before the first connection would wait for it.</summary>
    public bool IsConnecting => !circuits.Connecting.IsOpen;

    /// <summary>Whether there is a partition for which it would.</summary>
    public bool IsAnyAvailable => circuits.IsAnyClosed;

    /// <summary>Waits for the connection, as any command would.</summary>
    public ValueTask<bool> ConnectAsync(CancellationToken cancellationToken) =>
        RunAsync(CacheEventDetail.Connect, circuits.Connecting, 0, static (_, _) => ValueTask.FromResult(true), cancellationToken);

    public void Connect() => Run(CacheEventDetail.Connect, circuits.Connecting, 0, static (_, _) => true);

    /// <summary>Runs a command. A command that timed out may still take effect. If it must not be done twice, its reply has to show whether it was.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows, or a cancellation by the caller.</exception>
    public ValueTask<T> RunAsync<TState, T>(
        CacheEventDetail operation, Partition partition, TState state, Func<IDatabase, TState, ValueTask<T>> command, CancellationToken cancellationToken) =>
        RunAsync(operation, circuits[partition], state, command, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunAsync<TState, T>(
        CacheEventDetail operation, RedisCircuit circuit, TState state, Func<IDatabase, TState, ValueTask<T>> command, CancellationToken cancellationToken)
    {
        // A cancelled write may be a page cut short: nothing of it must reach Redis.
        cancellationToken.ThrowIfCancellationRequested();
        circuit.ThrowIfOpen();
        var start = time.GetTimestamp();
        try
        {
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully
                ? opened.Result
                : await opened.AsTask().WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            for (var tries = 1; ; tries++)
            {
                try
                {
                    var result = await BoundedWait<T>.For(command(database, state), _deadlines, start + _timeoutTicks, cancellationToken).ConfigureAwait(false);
                    Succeeded(circuit, operation, start);
                    return result;
                }
                catch (RedisServerException e) when (MayTryAgain(e, tries, start))
                {
                    await Task.Delay(RetryPolicy.Refused.PauseAfter(tries), time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (Failed(circuit, operation, start, e))
        {
            throw Closed(e); // the filter only looks at all others
        }
    }

    /// <summary>Runs a command in many partitions at once, bounded and measured as one: a call of its own for each would cost several times as much.</summary>
    /// <returns>The reply of each partition; null if it did not come, or if its circuit is open. To find out why, ask those partitions again one by one.</returns>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows: there is no connection.</exception>
    public async Task<T?[]> TryAllAsync<T>(CacheEventDetail operation, IReadOnlyList<Partition> partitions, Func<IDatabase, Partition, Task<T?>> command)
        where T : class
    {
        var start = time.GetTimestamp();
        var running = new Task<T?>[partitions.Count];
        try
        {
            var database = await connection.GetDatabaseAsync().AsTask().WaitAsync(timeout, time).ConfigureAwait(false);
            for (var i = 0; i < running.Length; i++)
                running[i] = circuits[partitions[i]].IsOpen ? Task.FromResult<T?>(null) : command(database, partitions[i]);
        }
        catch (ObjectDisposedException e) when (connection.IsClosing(e))
        {
            throw Closed(e);
        }

        Task all = Task.WhenAll(running);
        all.Forget();
        await all.WaitAsync(timeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var replies = new T?[running.Length];
        for (var i = 0; i < running.Length; i++)
        {
            if (running[i].IsCompletedSuccessfully)
                replies[i] = await running[i].ConfigureAwait(false);
            if (replies[i] is not null)
                circuits[partitions[i]].Succeeded(time.GetTimestamp());
            else if (!running[i].IsCompleted)
                circuits[partitions[i]].Failed(new TimeoutException("Redis did not answer in time."), start);
        }

        meter.Operation(operation, all.IsCompletedSuccessfully ? CacheOutcome.Ok : all.IsCompleted ? CacheOutcome.Error : CacheOutcome.Timeout, time.GetElapsedTime(start));
        return replies;
    }

    /// <summary>Runs a command on the client's own synchronous path, which the client bounds; once.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public T Run<TState, T>(CacheEventDetail operation, Partition partition, TState state, Func<IDatabase, TState, T> command) =>
        Run(operation, circuits[partition], state, command);

    private T Run<TState, T>(CacheEventDetail operation, RedisCircuit circuit, TState state, Func<IDatabase, TState, T> command)
    {
        circuit.ThrowIfOpen();
        var start = time.GetTimestamp();
        try
        {
            // Only until the connection stands is there something to wait for: a factory of the caller's is asynchronous.
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully ? opened.Result : opened.AsTask().WaitAsync(timeout, time).GetAwaiter().GetResult();
            var result = command(database, state);
            Succeeded(circuit, operation, start);
            return result;
        }
        catch (Exception e) when (Failed(circuit, operation, start, e))
        {
            throw Closed(e); // the filter only looks at all others
        }
    }

    private bool MayTryAgain(RedisServerException e, int tries, long start) =>
        tries < RetryPolicy.Refused.MaxTries && RedisFailure.IsMomentary(e) && RetryPolicy.Refused.PauseAfter(tries) < timeout - time.GetElapsedTime(start);

    private void Succeeded(RedisCircuit circuit, CacheEventDetail operation, long start)
    {
        var now = time.GetTimestamp();
        circuit.Succeeded(now);
        meter.Operation(operation, CacheOutcome.Ok, time.GetElapsedTime(start, now));
    }

    private bool Failed(RedisCircuit circuit, CacheEventDetail operation, long start, Exception e)
    {
        var isClosing = connection.IsClosing(e);
        circuit.Failed(isClosing ? Closed(e) : e, start);
        var outcome = e switch { TimeoutException => CacheOutcome.Timeout, OperationCanceledException => CacheOutcome.Canceled, _ => CacheOutcome.Error };
        meter.Operation(operation, outcome, time.GetElapsedTime(start), e);
        return isClosing;
    }

    private static RedisTagCacheUnavailableException Closed(Exception e) => new("The connection to Redis was closed.", e);
}
