using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>One partition: the keys that share one hash tag, hence one slot of a cluster, hence one epoch.</summary>
internal sealed class Partition
{
    public Partition(string prefix, int index)
    {
        Index = index;
        HashTag = $"{{{prefix}:{index}}}";
        Epoch = HashTag + ":epoch";
        Marks = HashTag + ":marks";
        StagedPrefix = HashTag + ":staged:";
    }

    public int Index { get; }

    public string HashTag { get; }

    public RedisKey Epoch { get; }

    public RedisKey Marks { get; }

    public string StagedPrefix { get; }
}
