using System.Numerics;
using RESPite.Messages;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>The requests for one partition's entries that are on their way, and what is known of the sizes of its entries.</summary>
internal sealed class PartitionRequests
{
    public PartitionRequests(Partition partition, TimeProvider time)
    {
        Reads = new EntryReads(partition, Sizes, withEpoch: true);
        PlainReads = new EntryReads(partition, Sizes, withEpoch: false);
        var versions = new VersionText();
        Writes = new EntryWrites(partition, versions);
        Fills = new ValueFills(partition, versions);
        Overwrites = new ValueOverwrites(partition, versions);
        Leases = new LeaseRequests(partition, time);
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

    /// <summary>Gets the requests for leases.</summary>
    public LeaseRequests Leases { get; }
}

/// <summary>
/// Requests for leases on one partition's entries, each as one <see cref="LeaseAcquireScript"/>, which may grant several. One that fails among others is sent again
/// alone, so that its failure is its own.
/// </summary>
internal sealed class LeaseRequests(Partition partition, TimeProvider time) : RequestBatcher<LeaseRequest, LeaseReply>
{
    /// <summary>As many as writes, and of less than 2 KB each: the server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

    /// <summary>Requests a lease.</summary>
    /// <param name="database">Where.</param>
    /// <param name="location">The entry and its lease.</param>
    /// <param name="owner">The name of this one request.</param>
    /// <param name="duration">How long the lease lasts, unless it is renewed.</param>
    /// <param name="identity">The first bytes of the entry that the caller found.</param>
    /// <param name="isPatient">Whether the caller has an old value.</param>
    /// <param name="deadline">The time stamp from which on it is not sent any more, well before its caller gives up: the caller then releases the lease, which must not be granted after that.</param>
    public ValueTask<LeaseReply> AcquireAsync(
        IDatabase database, in EntryLocation location, string owner, TimeSpan duration, ReadOnlyMemory<byte> identity, bool isPatient, long deadline)
    {
        var request = LeaseRequest.Take(database, location.Key);
        (request.Location, request.Owner, request.Duration, request.Identity, request.IsPatient) = (location, owner, duration, identity, isPatient);
        request.Begin(time, deadline);
        return SubmitAsync(request);
    }

    protected override Task SendAsync(LeaseRequest first, int count, CommandForm form)
    {
        var room = RequestArguments.Take(LeaseAcquireScript.Count(count));
        var parts = room.Span;
        LeaseAcquireScript.Begin(parts, partition, count, isByHash: !form.WithText);
        for (var (i, request) = (0, (LeaseRequest?)first); request is not null; request = request.Next)
            LeaseAcquireScript.Set(parts, count, i++, request.Location, request.Owner, request.Duration, request.Identity, request.IsPatient);
        return BatchCommand.SendAsync(first.Database, form.Eval, room, form.IsRedirected);
    }

    protected override void Read(LeaseRequest first, int count, RespReader reply)
    {
        var reader = BatchReply.Begin(reply, LeaseAcquireScript.ReplyCount(count));
        var stamp = BatchReply.NextStamp(ref reader);
        var removal = BatchReply.NextNumber(ref reader);
        for (var request = first; request is not null; request = request.Next)
        {
            var verdict = BatchReply.NextLeaseVerdict(ref reader, isShared: count > 1);
            request.HasFailed = verdict == LeaseVerdict.Unavailable;
            request.Answer(new LeaseReply(verdict, stamp, removal, BatchReply.NextTime(ref reader)));
        }
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}

/// <summary>One request for a lease.</summary>
internal sealed class LeaseRequest : BatchedRequest<LeaseRequest, LeaseReply>
{
    private TimeProvider _time = null!;
    private long _deadline;

    public EntryLocation Location { get; set; }

    public string Owner { get; set; } = "";

    public TimeSpan Duration { get; set; }

    public ReadOnlyMemory<byte> Identity { get; set; }

    public bool IsPatient { get; set; }

    /// <inheritdoc/>
    public override bool IsPast => _time.GetTimestamp() > _deadline;

    public void Begin(TimeProvider time, long deadline) => (_time, _deadline) = (time, deadline);

    /// <inheritdoc/>
    protected override void Clear() => (Location, Owner, Identity, _time) = (default, "", default, null!);
}

/// <summary>
/// Estimates how many bytes a read of an entry will bring, from earlier reads and writes: a table of fixed size for the keys seen last, and for other keys
/// the largest recent surprise, which fades.
/// </summary>
/// <remarks>
/// Safe for concurrent use without a lock: a lost update only makes an estimate worse. The hashes are seeded per process, so that callers cannot make keys collide.
/// </remarks>
internal sealed class EntrySizes
{
    /// <summary>Entries from this size on travel alone, and are bounded by their bytes in flight.</summary>
    public const int LargeFrom = 64 * 1024;

    private const int Slots = 16 * 1024;
    private const int SizeBits = 5;
    private const int LeastGuess = 16 * 1024;
    private const int FadesBy = 4;

    /// <summary>For each slot some bits of the key's hash, and the size as a power of two, rounded up. Made with the first entry that is seen.</summary>
    private ushort[]? _slots;
    private int _guess = LeastGuess;

    /// <summary>Gets what an entry takes about which nothing is known.</summary>
    public int Guess => Volatile.Read(ref _guess);

    /// <summary>Gets the size of an entry, at most twice what it was, or zero when it is not known.</summary>
    public int Find(int hash)
    {
        if (Volatile.Read(ref _slots) is not { } slots)
            return 0;
        var slot = slots[hash & (Slots - 1)];
        return slot >> SizeBits == TagOf(hash) ? 1 << (slot & ((1 << SizeBits) - 1)) : 0;
    }

    /// <summary>Notes the size of an entry that was read.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="length">The size in bytes; zero if there was none, which is not remembered, because the next entry may have any size.</param>
    public void Learn(int hash, int length)
    {
        var expected = Find(hash);
        if (length > 0)
            Note(hash, length);
        if (expected != 0 && expected >= length)
            return;
        var guess = Guess;
        Volatile.Write(ref _guess, Math.Max(Math.Max(length, LeastGuess), guess - (guess / FadesBy)));
    }

    /// <summary>Notes the size of an entry that was written.</summary>
    public void Note(int hash, int length)
    {
        var slots = Volatile.Read(ref _slots) ?? Interlocked.CompareExchange(ref _slots, new ushort[Slots], null) ?? _slots;
        slots[hash & (Slots - 1)] = (ushort)((TagOf(hash) << SizeBits) | ClassOf(length));
    }

    private static int ClassOf(int length) => length <= 1 ? 0 : Math.Min(30, BitOperations.Log2((uint)length - 1) + 1);

    /// <summary>Never zero, which is an empty slot's.</summary>
    private static int TagOf(int hash) => ((hash >>> 14) & 0x7FF) | 1;
}
