namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>Values in the memory of the instance, and values that are nowhere.</summary>
internal static class LocalValues
{
    public const string MissName = "Miss and factory, 3 tags, 1 caller";
    public const string MissOfManyName = "Miss and factory, 3 tags, 64 callers";
    public const string HitOfManyName = "Local hit, 3 tags, 8 threads";

    private const int Threads = 8;
    private static readonly int[] _tags = [0, 3, 10];

    public static IEnumerable<Scenario> All => [.. _tags.Select(static tags => LocalHit(HitName(tags), tags, 1)), LocalHit(HitOfManyName, 3, Threads), MissAndFactory(MissName, 1), MissAndFactory(MissOfManyName, 64)];

    public static string HitName(int tags) => $"Local hit, {tags} tags";

    private static Scenario LocalHit(string name, int count, int threads)
    {
        const string key = "article:local";
        var tags = Payload.Tags(count);
        return new Scenario(name, threads, Lab.Names[2], lab => lab.Contenders.Where(static contender => contender.HasMemory)
            .Select(contender => new Entrant(contender.Name, Operation.OfMany(_ => Finish(contender.GetAsync(key, tags))))));
    }

    private static Scenario MissAndFactory(string name, int callers)
    {
        var tags = Payload.Tags(3);
        return new Scenario(name, callers, Lab.Names[2], lab => lab.Contenders.Where(static contender => contender.HasMemory)
            .Select(contender => new Entrant(contender.Name, Operation.Of(_ => contender.GetAsync(Payload.NextColdKey(), tags), Check))));
    }

    private static void Finish(ValueTask<string> task)
    {
        if (!task.IsCompletedSuccessfully)
            Check(task.AsTask().GetAwaiter().GetResult());
        else
            Check(task.Result);
    }

    private static void Check(string value)
    {
        if (value.Length == 0)
            throw new InvalidOperationException("A value was expected.");
    }
}
