using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>One write of a value: what was computed under a lease, or an overwrite.</summary>
internal sealed class ValueWriteRequest : BatchedRequest<ValueWriteRequest, FillReply>
{
    public EntryLocation Location { get; set; }

    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    public RedisValue Version { get; set; }

    /// <summary>Gets or sets the owner of the lease. Empty without one.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Gets or sets when the computation began, in removals.</summary>
    public long StartedAt { get; set; }

    protected override void Clear() => (Location, Envelope, Version, Owner) = (default, default, default, "");
}
