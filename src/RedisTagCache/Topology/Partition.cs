using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Topology;

/// <summary>One partition: the keys that share one hash tag, hence one slot of a cluster, hence one epoch.</summary>
internal sealed class Partition
{
    public Partition(string prefix, int index, string label, bool isSharded = false)
    {
        Index = index;
        Name = new PartitionName(label == "0" ? null : index);
        IsSharded = isSharded;
        HashTag = $"{{{prefix}:{label}}}";
        Epoch = HashTag + ":epoch";
        Marks = HashTag + ":marks";
        Removals = HashTag + ":removals";
        NothingStaged = HashTag + ":staged:-";
    }

    public int Index { get; }

    /// <summary>What log lines call it.</summary>
    public PartitionName Name { get; }

    public string HashTag { get; }

    /// <summary>Whether its messages stay with the servers that have its slot.</summary>
    public bool IsSharded { get; }

    /// <summary>Gets the command by which scripts announce what they did.</summary>
    public RedisValue Publish => IsSharded ? "SPUBLISH" : "PUBLISH";

    public RedisKey Epoch { get; }

    public RedisKey Marks { get; }

    /// <summary>The log of what was removed or overwritten by key.</summary>
    public RedisKey Removals { get; }

    /// <summary>Where scripts announce what they did: the name of the epoch key, which each of them is given.</summary>
    public string Channel => HashTag + ":epoch";

    /// <summary>For scripts that are given no staged entry: a key that is never there.</summary>
    public RedisKey NothingStaged { get; }

    public string StagedPrefix => HashTag + ":staged:";
}
