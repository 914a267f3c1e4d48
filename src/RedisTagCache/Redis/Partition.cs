using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>One partition: the keys that share one hash tag, hence one slot of a cluster, hence one epoch.</summary>
internal sealed class Partition
{
    private readonly RedisKey _epoch;
    private readonly RedisKey _marks;
    private readonly RedisKey _removals;
    private readonly RedisKey _nothingStaged;

    public Partition(string prefix, int index, string label, bool isSharded = false)
    {
        Index = index;
        Name = new PartitionName(label == "0" ? null : index);
        IsSharded = isSharded;
        HashTag = $"{{{prefix}:{label}}}";
        _epoch = HashTag + ":epoch";
        _marks = HashTag + ":marks";
        _removals = HashTag + ":removals";
        _nothingStaged = HashTag + ":staged:-";
        Reads = new EntryReads(this, withEpoch: true);
        PlainReads = new EntryReads(this, withEpoch: false);
        Writes = new EntryWrites(this);
    }

    /// <summary>Stands for the partition of every key as long as it is not known how the keys are spread. Whatever is asked of Redis there fails as if Redis were away.</summary>
    public static Partition Nowhere { get; } = new();

    private Partition() =>
        (Index, HashTag, Reads, PlainReads, Writes) = (-1, "", new EntryReads(this, withEpoch: true), new EntryReads(this, withEpoch: false), new EntryWrites(this));

    public int Index { get; }

    /// <summary>What log lines call it.</summary>
    public PartitionName Name { get; }

    public string HashTag { get; }

    /// <summary>Gets what is known of the sizes of its entries.</summary>
    public EntrySizes Sizes { get; } = new();

    /// <summary>The reads of its entries that are on their way.</summary>
    public EntryReads Reads { get; }

    /// <summary>The same for entries without tags.</summary>
    public EntryReads PlainReads { get; }

    /// <summary>The writes of its entries with tags that are on their way.</summary>
    public EntryWrites Writes { get; }

    /// <summary>Whether its messages stay with the servers that have its slot.</summary>
    public bool IsSharded { get; }

    /// <summary>Gets the command by which scripts announce what they did.</summary>
    public RedisValue Publish => IsSharded ? "SPUBLISH" : "PUBLISH";

    public RedisKey Epoch => OrNowhere(_epoch);

    public RedisKey Marks => OrNowhere(_marks);

    /// <summary>The log of what was removed or overwritten by key.</summary>
    public RedisKey Removals => OrNowhere(_removals);

    /// <summary>Where scripts announce what they did: the name of the epoch key, which each of them is given.</summary>
    public string Channel => HashTag + ":epoch";

    /// <summary>For scripts that are given no staged entry: a key that is never there.</summary>
    public RedisKey NothingStaged => OrNowhere(_nothingStaged);

    public string StagedPrefix => OrNowhere(HashTag) + ":staged:";

    private T OrNowhere<T>(T place) => Index >= 0 ? place : throw new RedisTagCacheUnavailableException("Redis cannot be called before the first connection.");
}
