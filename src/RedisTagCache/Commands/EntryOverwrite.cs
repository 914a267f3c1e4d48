using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>One overwrite of an entry.</summary>
internal sealed class EntryOverwrite : BatchedRequest<EntryOverwrite, FillReply>
{
    public EntryLocation Location { get; set; }

    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    public RedisValue Version { get; set; }

    protected override void Clear() => (Location, Envelope, Version) = (default, default, default);
}
