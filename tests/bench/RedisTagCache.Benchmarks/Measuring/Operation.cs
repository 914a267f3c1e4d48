using System.Diagnostics;

namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>What a contender does again and again, by the number of a key. The loops add no allocation of their own to a call.</summary>
internal abstract class Operation
{
    /// <param name="call">The call itself, without a task or closure around it.</param>
    /// <param name="check">Throws unless the answer is right, and gives back what is pooled.</param>
    public static Operation Of<T>(Func<int, ValueTask<T>> call, Action<T> check) => new Answering<T>(call, check);

    public static Operation Of<T>(Func<int, Task<T>> call, Action<T> check) => new Answering<T>(key => new ValueTask<T>(call(key)), check);

    public static Operation Of(Func<int, ValueTask> call) => new Silent(call);

    public static Operation Of(Func<int, Task> call) => new Silent(key => new ValueTask(call(key)));

    /// <summary>One that completes at once, too fast for a clock around each call: it has no latencies.</summary>
    public static Operation OfMany(Action<int> call) => new Synchronous(call);

    public abstract Task RunAsync(int key);

    public abstract Task LoopAsync(Caller caller);

    /// <summary>Starts the loop of a caller, beside those of the others.</summary>
    public virtual Task StartAsync(Caller caller) => Task.Run(() => LoopAsync(caller));

    private sealed class Answering<T>(Func<int, ValueTask<T>> call, Action<T> check) : Operation
    {
        public override async Task RunAsync(int key) => check(await call(key));

        public override async Task LoopAsync(Caller caller)
        {
            long ended;
            for (var startedAt = Stopwatch.GetTimestamp(); startedAt < caller.End; startedAt = ended)
            {
                check(await call(caller.NextKey()));
                ended = Stopwatch.GetTimestamp();
                caller.Add(ended - startedAt);
            }
        }
    }

    private sealed class Silent(Func<int, ValueTask> call) : Operation
    {
        public override async Task RunAsync(int key) => await call(key);

        public override async Task LoopAsync(Caller caller)
        {
            long ended;
            for (var startedAt = Stopwatch.GetTimestamp(); startedAt < caller.End; startedAt = ended)
            {
                await call(caller.NextKey());
                ended = Stopwatch.GetTimestamp();
                caller.Add(ended - startedAt);
            }
        }
    }

    private sealed class Synchronous(Action<int> call) : Operation
    {
        private const int Batch = 256;

        // It never waits: the pool would start the others when it has ended.
        public override Task StartAsync(Caller caller) =>
            Task.Factory.StartNew(() => LoopAsync(caller), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        public override Task RunAsync(int key)
        {
            call(key);
            return Task.CompletedTask;
        }

        public override Task LoopAsync(Caller caller)
        {
            while (Stopwatch.GetTimestamp() < caller.End)
            {
                for (var i = 0; i < Batch; i++)
                    call(0);
                caller.AddMany(Batch);
            }

            return Task.CompletedTask;
        }
    }
}
