using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using StackExchange.Redis;

namespace RedisTagCache.Worker;

/// <summary>Carries out commands, with as many callers as they ask for.</summary>
/// <param name="cache">What is tested.</param>
/// <param name="hybrid">The same by its other name.</param>
/// <param name="store">The store below it.</param>
/// <param name="plain">A connection that the cache knows nothing of, to count runs of factories.</param>
/// <param name="say">Tells the test.</param>
internal sealed class Callers(ITagCache cache, HybridCache hybrid, ITagCacheStore store, IDatabase plain, Action<Answer> say)
{
    private static readonly TimeSpan _longestWatch = TimeSpan.FromSeconds(10);
    private int _runs;

    public async Task RunAsync(Command command)
    {
        var called = 0;
        var errors = new ConcurrentQueue<string>();
        var values = await Task.WhenAll(Enumerable.Range(0, command.Callers).Select(_ => Task.Run(CallAsync)));
        say(Now(command, Stage.Done) with { Values = values, Errors = [.. errors] });

        async Task<string?> CallAsync()
        {
            try
            {
                var answer = DoAsync(command);
                if (Interlocked.Increment(ref called) == command.Callers)
                    say(Now(command, Stage.Called));
                return await answer;
            }
            catch (Exception e)
            {
                errors.Enqueue($"{e.GetType().Name}: {e.Message}");
                return null;
            }
        }
    }

    private async Task<string?> DoAsync(Command command)
    {
        switch (command.Verb)
        {
            case Verb.GetOrCreate when command.ThroughHybridCache:
                return await hybrid.GetOrCreateAsync(command.Key, async stop => await ComputeAsync(command, null, stop), tags: command.Tags);
            case Verb.GetOrCreate:
                return await cache.GetOrCreateAsync(command.Key, async (context, stop) => await ComputeAsync(command, context, stop), command.Policy, command.Tags);
            case Verb.TryGet:
                return (await cache.TryGetAsync<string>(command.Key, command.Policy)).Value;
            case Verb.Set:
                await cache.SetAsync(command.Key, command.Value!, command.Policy, command.Tags);
                return command.Value;
            case Verb.Remove:
                await cache.RemoveAsync(command.Key);
                return null;
            case Verb.Evict:
                await cache.EvictByTagAsync(command.Key);
                return null;
            case Verb.Expire:
                await cache.ExpireByTagAsync(command.Key);
                return null;
            case Verb.Watch:
                return await WatchAsync(command);
            case Verb.ReadMany:
                return await LargeReads.MeasureAsync(command, store, plain);
            default:
                throw new NotSupportedException(command.Verb.ToString());
        }
    }

    private async Task<string> ComputeAsync(Command command, CacheContext? context, CancellationToken stop)
    {
        // Counted first: a run of a process that is killed in the middle counts as well.
        await plain.StringIncrementAsync(Command.CounterOf(command.Key));
        say(Now(command, Stage.Running));
        await Task.Delay(command.Takes, stop);
        if (command.Fails)
            throw new InvalidOperationException("A factory failed, as it was told to.");
        foreach (var tag in command.FactoryTags)
            context!.Tags.Add(tag);
        return command.Value ?? $"{Environment.ProcessId}/{Interlocked.Increment(ref _runs)}";
    }

    private async Task<string?> WatchAsync(Command command)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = (await cache.TryGetAsync<string>(command.Key, command.Policy)).Value;
            if (value != command.Value || Stopwatch.GetElapsedTime(start) > _longestWatch)
                return value;
            await Often.PauseAsync(start);
        }
    }

    private static Answer Now(Command command, Stage stage) => new(command.Id, stage, Stopwatch.GetTimestamp());
}
