using System.Buffers;
using RESPite.Messages;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>
/// Reads of one partition's entries, each as <c>MGET entry epoch</c>, or without the epoch if nothing is validated by it; together as
/// <c>MGET entry entry ... epoch</c>. A reply shows one moment, however many reads it answers. Large entries, and those that may be large, travel alone on a lane of
/// their own, where few bytes are on their way at a time: small ones neither wait for them nor fail with them.
/// </summary>
internal sealed class EntryReads : RequestBatcher<EntryRead, (IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>
{
    private const long MaxLargeBytes = 8 * 1024 * 1024;

    private readonly Partition _partition;
    private readonly EntrySizes _sizes;
    private readonly int _epochs;
    private readonly EntryReads? _large;

    public EntryReads(Partition partition, EntrySizes sizes, bool withEpoch)
        : this(partition, sizes, withEpoch, isLarge: false)
    {
    }

    private EntryReads(Partition partition, EntrySizes sizes, bool withEpoch, bool isLarge) =>
        (_partition, _sizes, _epochs, _large) = (partition, sizes, withEpoch ? 1 : 0, isLarge ? null : new EntryReads(partition, sizes, withEpoch, isLarge: true));

    protected override int MaxTogether => _large is null ? 1 : 64;

    protected override int MaxBytesTogether => 4 * EntrySizes.LargeFrom;

    protected override long MaxBytes => _large is null ? MaxLargeBytes : long.MaxValue;

    /// <summary>An entry and the partition's stamp at that same moment. The entry is pooled: dispose it.</summary>
    /// <param name="database">Where.</param>
    /// <param name="address">The entry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deadline">The time stamp from which on nobody waits for it.</param>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadAsync(IDatabase database, in EntryLocation address, TimeProvider time, long deadline)
    {
        var read = EntryRead.Take(database, address.Key);
        read.Begin(address.Hash, _sizes, time, deadline);
        return read.IsLarge ? _large!.SubmitAsync(read) : SubmitAsync(read);
    }

    protected override bool IsForAnother(EntryRead request) => _large is not null && request.IsLarge && !request.IsAlone;

    protected override void PassOn(EntryRead request) => _large!.Send(request);

    protected override Task SendAsync(EntryRead first, int count, CommandForm form)
    {
        var keys = RequestArguments.Take(count + _epochs);
        var arguments = keys.Span;
        for (var (i, read) = (0, (EntryRead?)first); read is not null; read = read.Next)
            arguments[i++] = read.Key;
        if (_epochs > 0)
            arguments[count] = _partition.Epoch;
        return BatchCommand.SendAsync(first.Database, "MGET", keys, form.IsRedirected);
    }

    protected override void Read(EntryRead first, int count, RespReader reply)
    {
        var reader = BatchReply.Begin(reply, count + _epochs);
        for (var read = first; read is not null; read = read.Next)
            read.Entry = BatchReply.NextEntry(ref reader, isShared: count > 1);
        var stamp = _epochs > 0 ? BatchReply.NextStamp(ref reader) : null;
        for (var read = first; read is not null; read = read.Next)
            read.AnswerWith(stamp);
    }
}

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

/// <summary>An entry that several reads have as their answer. Each of them disposes it once; the last one returns the buffer.</summary>
internal sealed class SharedEntry(IMemoryOwner<byte> entry, int holders) : IMemoryOwner<byte>
{
    private readonly Lock _copying = new();
    private int _holders = holders;
    private byte[]? _copy;

    public Memory<byte> Memory => entry.Memory;

    /// <summary>Copies a part of the entry out, once for all that have it. They ask for the same part before they dispose it.</summary>
    public byte[] CopyOnce(ReadOnlyMemory<byte> part)
    {
        lock (_copying)
            return _copy ??= part.ToArray();
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            entry.Dispose();
    }
}
