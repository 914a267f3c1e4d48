using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace RedisTagCache.Tags;

/// <summary>The newest tag invalidations by folded tag id. Read without locks while it is written; a tag invalidation only ever rises.</summary>
internal sealed class TagInvalidationTable
{
    private const int PruneSlack = 1_024;

    private readonly ConcurrentDictionary<byte[], TagInvalidations> _invalidations;
    private readonly ConcurrentDictionary<byte[], TagInvalidations>.AlternateLookup<ReadOnlySpan<byte>> _byId;
    private readonly Lock _writing = new();
    private int _pruneAt = PruneSlack;
    private long _prunedTo;

    public TagInvalidationTable()
    {
        _invalidations = new ConcurrentDictionary<byte[], TagInvalidations>(new IdComparer());
        _byId = _invalidations.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _invalidations.Count;

    /// <summary>The floor up to which tag invalidations may have been forgotten. Read it after the tag invalidations: it rises before one is gone.</summary>
    public long PrunedTo => Volatile.Read(ref _prunedTo);

    /// <summary>The epochs at which the tag was last invalidated; 0 for never.</summary>
    public TagInvalidations this[ReadOnlySpan<byte> id] => TagFold.IsFolded(id) ? Find(id) : FindFolded(id);

    /// <summary>Raises the tag invalidation that a member of the tag invalidations in Redis stands for. Members that are no tag invalidations are passed over.</summary>
    public void Raise(ReadOnlySpan<byte> member, long epoch)
    {
        if (member.Length < 2 || member[0] is not ((byte)'h' or (byte)'s'))
            return;

        scoped var id = member[1..];
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        if (!TagFold.IsFolded(id))
            id = folded[..TagFold.Fold(id, folded)];
        lock (_writing)
        {
            var invalidations = Find(id);
            _byId[id] = member[0] == (byte)'h' ? invalidations with { EvictedAt = Math.Max(invalidations.EvictedAt, epoch) } : invalidations with { ExpiredAt = Math.Max(invalidations.ExpiredAt, epoch) };
        }
    }

    private TagInvalidations Find(ReadOnlySpan<byte> id) => _byId.TryGetValue(id, out var invalidations) ? invalidations : default;

    // A method of its own, so that the usual case needs no stack space for a folded id.
    private TagInvalidations FindFolded(ReadOnlySpan<byte> id)
    {
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        return Find(folded[..TagFold.Fold(id, folded)]);
    }

    /// <summary>Removes the tag invalidations that the floor replaces, once there are enough of them to be worth the walk.</summary>
    public void Prune(long floor)
    {
        if (_invalidations.Count < Volatile.Read(ref _pruneAt))
            return;
        lock (_writing)
        {
            // First, because a reader may validate by an older state of the same table.
            Interlocked.Exchange(ref _prunedTo, Math.Max(_prunedTo, floor));
            foreach (var (id, invalidations) in _invalidations)
            {
                if (invalidations.EvictedAt <= floor && invalidations.ExpiredAt <= floor)
                    _invalidations.TryRemove(id, out _);
            }

            Volatile.Write(ref _pruneAt, (2 * _invalidations.Count) + PruneSlack);
        }
    }

    /// <summary>Returns the members whose tag invalidations are newer in this table than in the other one, and above the floor. The other one has lost them.</summary>
    public List<byte[]> NotIn(TagInvalidationTable other, long floor)
    {
        var lost = new List<byte[]>();
        foreach (var (id, invalidations) in _invalidations)
        {
            var there = other[id];
            if (invalidations.EvictedAt > Math.Max(there.EvictedAt, floor))
                lost.Add(TagId.Member(TagInvalidationKind.Evict, id));
            if (invalidations.ExpiredAt > Math.Max(Math.Max(there.ExpiredAt, there.EvictedAt), floor))
                lost.Add(TagId.Member(TagInvalidationKind.Expire, id));
        }

        return lost;
    }

    /// <summary>Visitors may choose tags. With a seed, they cannot choose tags that collide.</summary>
    private static readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private sealed class IdComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate, _seed);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>The epochs at which one tag was last evicted and last softly expired; 0 for never.</summary>
internal readonly record struct TagInvalidations(long EvictedAt, long ExpiredAt)
{
    /// <summary>Returns the epoch of the newest invalidation of a kind; 0 for never.</summary>
    public long At(TagInvalidationKind kind) => kind == TagInvalidationKind.Evict ? EvictedAt : ExpiredAt;
}

/// <summary>
/// The order in which this instance received tag invalidations that are newer than the tag state that it has read from Redis. A value that is computed without Redis cannot have a version
/// above that state. It was started after some of these tag invalidations all the same, and is not evicted by them.
/// </summary>
/// <param name="table">By tag, the newest number of a tag invalidation.</param>
/// <param name="startedAt">The newest number when the value began; zero for a value that Redis has validated.</param>
internal readonly struct UnconfirmedTagInvalidations(TagInvalidationTable? table, long startedAt)
{
    /// <summary>Returns whether this instance knew of the eviction of a tag before the computation of the value began.</summary>
    public bool IsEvictedBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].EvictedAt);

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].ExpiredAt);

    private bool IsBefore(long number) => number > 0 && number <= startedAt;
}
