using System.Buffers;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Topology;

namespace RedisTagCache.Commands;

/// <summary>One read of an entry.</summary>
internal sealed class EntryRead : BatchedRequest<EntryRead, (IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>
{
    private EntrySizes _sizes = null!;
    private TimeProvider _time = null!;
    private long _deadline;
    private int _hash;

    public IMemoryOwner<byte>? Entry { get; set; }

    /// <inheritdoc/>
    public override int Hash => _hash;

    /// <inheritdoc/>
    public override int Cost => _sizes.Find(_hash) is > 0 and var known ? known : _sizes.Guess;

    /// <inheritdoc/>
    public override bool IsPast => _time.GetTimestamp() > _deadline;

    /// <summary>Whether it is to travel without others: its reply is large, or may be.</summary>
    public override bool IsLarge => Cost > EntrySizes.LargeFrom;

    public void Begin(int hash, EntrySizes sizes, TimeProvider time, long deadline) => (_hash, _sizes, _time, _deadline) = (hash, sizes, time, deadline);

    /// <summary>Completes the preparation of the answer, for all reads that share it.</summary>
    public void AnswerWith(EpochStamp? stamp)
    {
        _sizes.Learn(_hash, Entry?.Memory.Length ?? 0);
        if (Sharer is not null && Entry is not null)
            Share(Entry);
        Answer((Entry, stamp));
        for (var sharer = Sharer; sharer is not null; sharer = sharer.Sharer)
            sharer.Answer((Entry, stamp));
    }

    /// <inheritdoc/>
    public override void Join(EntryRead other) => _deadline = Math.Max(_deadline, other._deadline);

    /// <inheritdoc/>
    protected override void Clear() => (Entry, _sizes, _time) = (null, null!, null!);

    private void Share(IMemoryOwner<byte> entry)
    {
        var holders = 1;
        for (var sharer = Sharer; sharer is not null; sharer = sharer.Sharer)
            holders++;
        Entry = new SharedEntry(entry, holders);
    }
}
