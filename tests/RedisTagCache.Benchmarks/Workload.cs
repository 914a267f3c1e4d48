namespace RedisTagCache.Benchmarks;

/// <summary>What is done with each contender.</summary>
internal sealed record Workload(string Name, Func<Contender, bool> Includes, Func<Contender, int, Task> RunAsync)
{
    private static int _coldKeys;

    public static IReadOnlyList<Workload> All { get; } =
    [
        LocalHit(tagCount: 0),
        LocalHit(tagCount: 3),
        LocalHit(tagCount: 10),
        LocalHitBySpan(tagCount: 3),
        RedisHit(callers: 1, tagCount: 3),
        RedisHit(callers: 64, tagCount: 3),
        MissAndFactory(tagCount: 3),
    ];

    /// <summary>Whether no factory runs, and else one for each call.</summary>
    public bool IsHit { get; private init; } = true;

    /// <summary>Whether all of it happens on the caller's thread.</summary>
    public bool IsSynchronous { get; private init; }

    public static string NextColdKey() => $"article:cold:{Interlocked.Increment(ref _coldKeys)}";

    private static Workload LocalHit(int tagCount)
    {
        var (key, tags) = ($"article:local:{tagCount}", Payload.Tags(tagCount));
        return new($"LocalHit, {tagCount} tags", static contender => contender.HasMemory, Run) { IsSynchronous = true };

        Task Run(Contender contender, int times)
        {
            for (var i = 0; i < times; i++)
                Finish(contender.GetAsync(key, tags));
            return Task.CompletedTask;
        }
    }

    private static Workload LocalHitBySpan(int tagCount)
    {
        var (key, tags) = ($"article:span:{tagCount}".ToCharArray(), Payload.Tags(tagCount));
        return new($"LocalHit, {tagCount} tags, key as span", static contender => contender.HasSpanKeys, Run) { IsSynchronous = true };

        Task Run(Contender contender, int times)
        {
            for (var i = 0; i < times; i++)
                Finish(contender.GetBySpanAsync(key, tags));
            return Task.CompletedTask;
        }
    }

    /// <summary>Every caller has a key of its own: caches join callers of one key, and then Redis is hardly asked.</summary>
    private static Workload RedisHit(int callers, int tagCount)
    {
        var tags = Payload.Tags(tagCount)!;
        return new($"RedisHit, {callers} at once", static _ => true, (contender, times) => Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var key = $"article:redis:{caller}";
            for (var i = caller; i < times; i += callers)
                await contender.GetFromRedisAsync(key, tags);
        }))));
    }

    private static Workload MissAndFactory(int tagCount)
    {
        var tags = Payload.Tags(tagCount);
        return new("MissAndFactory", static contender => contender.HasMemory, async (contender, times) =>
        {
            for (var i = 0; i < times; i++)
                await contender.GetAsync(NextColdKey(), tags);
        })
        { IsHit = false };
    }

    private static void Finish(ValueTask<string> task)
    {
        if (!task.IsCompletedSuccessfully)
            task.AsTask().GetAwaiter().GetResult();
        else if (task.Result is null)
            throw new InvalidOperationException("A value was expected.");
    }
}
