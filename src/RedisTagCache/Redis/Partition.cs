using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>One partition: the keys that share one hash tag, hence one slot of a cluster, hence one epoch.</summary>
internal sealed class Partition
{
    public Partition(string prefix, int index, string label)
    {
        Index = index;
        HashTag = $"{{{prefix}:{label}}}";
        Epoch = HashTag + ":epoch";
        Marks = HashTag + ":marks";
        Removals = HashTag + ":removals";
        Channel = HashTag + ":epoch";
        NothingStaged = HashTag + ":staged:-";
        StagedPrefix = HashTag + ":staged:";
    }

    public int Index { get; }

    public string HashTag { get; }

    public RedisKey Epoch { get; }

    public RedisKey Marks { get; }

    /// <summary>The log of what was removed or overwritten by key.</summary>
    public RedisKey Removals { get; }

    /// <summary>Where scripts announce what they did: the name of the epoch key, which each of them is given.</summary>
    public string Channel { get; }

    /// <summary>For scripts that are given no staged entry: a key that is never there.</summary>
    public RedisKey NothingStaged { get; }

    public string StagedPrefix { get; }
}
