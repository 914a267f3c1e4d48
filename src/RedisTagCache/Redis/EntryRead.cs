using System.Buffers;

namespace RedisTagCache.Redis;

/// <summary>One read of an entry.</summary>
internal sealed class EntryRead : BatchedRequest<EntryRead, (IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>
{
    public IMemoryOwner<byte>? Entry { get; set; }

    public void AnswerWith(EpochStamp? stamp) => Answer((Entry, stamp));

    protected override void Clear() => Entry = null;
}
