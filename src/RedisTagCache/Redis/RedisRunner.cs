using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Runs one operation on Redis: bounded in time, counted by the circuit, and measured.</summary>
internal sealed class RedisRunner(RedisConnection connection, RedisCircuit circuit, TimeSpan timeout, TimeProvider time, CacheMeter meter)
{
    /// <summary>Whether a call would wait for Redis at all. When not, it fails; ask first where that happens often.</summary>
    public bool IsAvailable => !circuit.IsOpen;

    /// <summary>Runs a command. A command that was given up may still take effect.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows, or a cancellation by the caller.</exception>
    public async ValueTask<T> RunAsync<TState, T>(string operation, TState state, Func<IDatabase, TState, Task<T>> command, CancellationToken cancellationToken)
    {
        // A cancelled write may be a page cut short: nothing of it must reach Redis.
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfOpen();
        var start = time.GetTimestamp();
        Task<T>? running = null;
        try
        {
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully
                ? opened.Result
                : await opened.AsTask().WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            var left = timeout - time.GetElapsedTime(start);
            running = command(database, state);
            var result = await running.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
            Succeeded(operation, start);
            return result;
        }
        catch (Exception e) when (Failed(operation, start, e, running))
        {
            throw; // never: the filter only looks
        }
    }

    /// <summary>Runs a command on the client's own synchronous path, which the client bounds.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public T Run<TState, T>(string operation, TState state, Func<IDatabase, TState, T> command)
    {
        ThrowIfOpen();
        var start = time.GetTimestamp();
        try
        {
            // Only until the connection stands is there something to wait for: a factory of the caller's is asynchronous.
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully ? opened.Result : opened.AsTask().WaitAsync(timeout, time).GetAwaiter().GetResult();
            var result = command(database, state);
            Succeeded(operation, start);
            return result;
        }
        catch (Exception e) when (Failed(operation, start, e))
        {
            throw; // never: the filter only looks
        }
    }

    private void ThrowIfOpen()
    {
        if (circuit.IsOpen)
            throw new RedisTagCacheUnavailableException("Redis does not answer; calls are not made until it does.");
    }

    private void Succeeded(string operation, long start)
    {
        circuit.Succeeded();
        meter.Operation(operation, "ok", time.GetElapsedTime(start));
    }

    private bool Failed(string operation, long start, Exception e, Task? running = null)
    {
        running?.Forget();
        circuit.Failed(e);
        meter.Operation(operation, e switch { TimeoutException => "timeout", OperationCanceledException => "canceled", _ => "error" }, time.GetElapsedTime(start));
        return false;
    }
}
