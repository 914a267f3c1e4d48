using RedisTagCache.Commands.Batching;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>One write of an entry.</summary>
internal sealed class EntryWrite : BatchedRequest<EntryWrite, (bool Stored, EpochStamp? Stamp)>
{
    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    public RedisValue Token { get; set; }

    public void AnswerWith(bool isStored, EpochStamp? stamp) => Answer((isStored, stamp));

    protected override void Clear() => (Envelope, Token) = (default, default);
}
