using Polly.CircuitBreaker;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Runs one operation on Redis: bounded in time, counted by the circuit, and measured.</summary>
internal sealed class RedisRunner(RedisConnection connection, RedisCircuit circuit, TimeSpan timeout, TimeProvider time, CacheMeter meter)
{
    /// <summary>Whether a call would wait for Redis at all. When not, it fails with <see cref="BrokenCircuitException"/>; ask first where that happens often.</summary>
    public bool IsAvailable => !circuit.IsOpen;

    /// <summary>Runs a command. A command that was given up may still take effect.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows, or a cancellation by the caller.</exception>
    public ValueTask<T> RunAsync<TState, T>(string operation, TState state, Func<IDatabase, TState, Task<T>> command, CancellationToken cancellationToken) =>
        circuit.Pipeline.ExecuteAsync(
            static (call, token) => call.Runner.BoundedAsync(call.operation, call.state, call.command, token),
            (Runner: this, operation, state, command),
            cancellationToken);

    /// <summary>Runs a command on the client's own synchronous path.</summary>
    public T Run<TState, T>(string operation, TState state, Func<IDatabase, TState, T> command) =>
        circuit.Pipeline.Execute(
            static call => call.Runner.Bounded(call.operation, call.state, call.command),
            (Runner: this, operation, state, command));

    private async ValueTask<T> BoundedAsync<TState, T>(string operation, TState state, Func<IDatabase, TState, Task<T>> command, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully
                ? opened.Result
                : await opened.AsTask().WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            var left = timeout - time.GetElapsedTime(start);
            var result = await command(database, state).WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
            outcome = "ok";
            return result;
        }
        catch (Exception e) when (e is TimeoutException)
        {
            outcome = "timeout";
            throw;
        }
        finally
        {
            meter.Operation(operation, outcome, time.GetElapsedTime(start));
        }
    }

    private T Bounded<TState, T>(string operation, TState state, Func<IDatabase, TState, T> command)
    {
        var start = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var opened = connection.GetDatabaseAsync();
            var database = opened.IsCompletedSuccessfully ? opened.Result : Opened(opened.AsTask());
            var result = command(database, state);
            outcome = "ok";
            return result;
        }
        catch (TimeoutException)
        {
            outcome = "timeout";
            throw;
        }
        finally
        {
            meter.Operation(operation, outcome, time.GetElapsedTime(start));
        }
    }

    // Only until the connection stands. A factory of the caller's is asynchronous, so there is nothing else to wait on.
    private IDatabase Opened(Task<IDatabase> opening) =>
        opening.WaitAsync(timeout, time).GetAwaiter().GetResult();
}
