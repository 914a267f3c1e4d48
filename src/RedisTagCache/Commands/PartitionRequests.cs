using RedisTagCache.Topology;

namespace RedisTagCache.Commands;

/// <summary>The requests for one partition's entries that are on their way, and what is known of the sizes of its entries.</summary>
internal sealed class PartitionRequests
{
    public PartitionRequests(Partition partition)
    {
        Reads = new EntryReads(partition, Sizes, withEpoch: true);
        PlainReads = new EntryReads(partition, Sizes, withEpoch: false);
        var versions = new VersionText();
        Writes = new EntryWrites(partition, versions);
        Fills = new ValueFills(partition, versions);
        Overwrites = new ValueOverwrites(partition, versions);
    }

    /// <summary>Gets the sizes of the entries that were read or written last.</summary>
    public EntrySizes Sizes { get; } = new();

    /// <summary>Gets the reads of entries with tags.</summary>
    public EntryReads Reads { get; }

    /// <summary>Gets the reads of entries without tags.</summary>
    public EntryReads PlainReads { get; }

    /// <summary>Gets the writes of entries with tags.</summary>
    public EntryWrites Writes { get; }

    /// <summary>Gets the writes of computed values.</summary>
    public ValueFills Fills { get; }

    /// <summary>Gets the overwrites of values.</summary>
    public ValueOverwrites Overwrites { get; }
}
