using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RedisTagCache.Tags;

/// <summary>The newest tag invalidations by folded tag id. Read without locks while it is written; a tag invalidation only ever rises.</summary>
internal sealed class TagInvalidationTable
{
    private const int PruneSlack = 1_024;

    private readonly Lock _writing = new();
    private TagInvalidationRows _rows = new();
    private int _pruneAt = PruneSlack;
    private long _prunedTo;

    public int Count => Rows.Count;

    /// <summary>The floor up to which tag invalidations may have been forgotten. Read it after the tag invalidations: it rises before one is gone.</summary>
    public long PrunedTo => Volatile.Read(ref _prunedTo);

    private TagInvalidationRows Rows => Volatile.Read(ref _rows);

    /// <summary>The epochs at which the tag was last invalidated; 0 for never.</summary>
    public TagInvalidations this[ReadOnlySpan<byte> id] => TagFold.IsFolded(id) ? Rows.Find(id) : FindFolded(id);

    /// <summary>Raises the tag invalidation that a member of the tag invalidations in Redis stands for. Members that are no tag invalidations are passed over.</summary>
    public void Raise(ReadOnlySpan<byte> member, long epoch)
    {
        if (member.Length is < 2 or > ushort.MaxValue || member[0] is not ((byte)'h' or (byte)'s'))
            return;

        scoped var id = member[1..];
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        if (!TagFold.IsFolded(id))
            id = folded[..TagFold.Fold(id, folded)];
        var isEviction = member[0] == (byte)'h';
        lock (_writing)
            Raise(id, isEviction ? epoch : 0, isEviction ? 0 : epoch);
    }

    private void Raise(ReadOnlySpan<byte> id, long evictedAt, long expiredAt)
    {
        var rows = _rows;
        if (rows.TryRaise(id, evictedAt, expiredAt))
            return;
        if (rows.IsFull)
            Volatile.Write(ref _rows, rows = rows.Grown());
        rows.Add(id, evictedAt, expiredAt);
    }

    // A method of its own, so that the usual case needs no stack space for a folded id.
    private TagInvalidations FindFolded(ReadOnlySpan<byte> id)
    {
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        return Rows.Find(folded[..TagFold.Fold(id, folded)]);
    }

    /// <summary>Removes the tag invalidations that the floor replaces, once there are enough of them to be worth the walk.</summary>
    public void Prune(long floor)
    {
        if (Count < Volatile.Read(ref _pruneAt))
            return;
        lock (_writing)
        {
            // First, because a reader may validate by an older state of the same table.
            Interlocked.Exchange(ref _prunedTo, Math.Max(_prunedTo, floor));
            var left = _rows.Above(floor);
            Volatile.Write(ref _rows, left);
            Volatile.Write(ref _pruneAt, (2 * left.Count) + PruneSlack);
        }
    }

    /// <summary>Returns the members whose tag invalidations are newer in this table than in the other one, and above the floor. The other one has lost them.</summary>
    public List<byte[]> NotIn(TagInvalidationTable other, long floor)
    {
        var lost = new List<byte[]>();
        var rows = Rows;
        for (int i = 0, count = rows.Count; i < count; i++)
        {
            var id = rows.IdOf(i);
            var invalidations = rows[i];
            var there = other[id];
            if (invalidations.EvictedAt > Math.Max(there.EvictedAt, floor))
                lost.Add(TagId.Member(TagInvalidationKind.Evict, id));
            if (invalidations.ExpiredAt > Math.Max(Math.Max(there.ExpiredAt, there.EvictedAt), floor))
                lost.Add(TagId.Member(TagInvalidationKind.Expire, id));
        }

        return lost;
    }
}

/// <summary>
/// The rows of a table, in pieces that never move: one writer adds rows and raises them while others read. A hash table of open addressing finds a row.
/// <code>
/// slots    4 bytes     the number of the row, counted from 1; at most three of four are taken
/// rows     24 bytes    both epochs, the hash of the id, and where the id is
/// ids      2 + length  each after its length
/// </code>
/// </summary>
internal sealed class TagInvalidationRows
{
    private const int RowBits = 9;
    private const int RowsInPiece = 1 << RowBits;
    private const int IdBits = 15;
    private const int IdsInPiece = 1 << IdBits;
    private const int FirstSlots = 8;

    /// <summary>Visitors may choose tags. With a seed, they cannot choose tags that collide.</summary>
    private static readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly int[] _slots;
    private readonly Row[][] _rows;
    private byte[][] _ids = [];
    private int _count;
    private int _idsUsed;

    public TagInvalidationRows()
        : this(FirstSlots)
    {
    }

    private TagInvalidationRows(int slots)
    {
        _slots = new int[slots];
        _rows = new Row[(MostIn(slots) + RowsInPiece - 1) >> RowBits][];
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether there is no room for another row.</summary>
    public bool IsFull => _count == MostIn(_slots.Length);

    /// <summary>The epochs of a row.</summary>
    public TagInvalidations this[int row]
    {
        get
        {
            ref var at = ref RowAt(row);
            return new TagInvalidations(Volatile.Read(ref at.EvictedAt), Volatile.Read(ref at.ExpiredAt));
        }
    }

    public ReadOnlySpan<byte> IdOf(int row)
    {
        var at = RowAt(row).IdAt;
        var piece = Volatile.Read(ref _ids)[at >> IdBits].AsSpan(at & (IdsInPiece - 1));
        return piece.Slice(sizeof(ushort), MemoryMarshal.Read<ushort>(piece));
    }

    public TagInvalidations Find(ReadOnlySpan<byte> id) => IndexOf(id, HashOf(id)) is >= 0 and var row ? this[row] : default;

    /// <summary>Raises a row. Returns false if there is none.</summary>
    public bool TryRaise(ReadOnlySpan<byte> id, long evictedAt, long expiredAt)
    {
        var row = IndexOf(id, HashOf(id));
        if (row < 0)
            return false;
        ref var at = ref RowAt(row);
        if (evictedAt > at.EvictedAt)
            Volatile.Write(ref at.EvictedAt, evictedAt);
        if (expiredAt > at.ExpiredAt)
            Volatile.Write(ref at.ExpiredAt, expiredAt);
        return true;
    }

    /// <summary>Adds a row for an id that has none, where there is room for it.</summary>
    public void Add(ReadOnlySpan<byte> id, long evictedAt, long expiredAt)
    {
        var row = _count;
        var hash = HashOf(id);
        ref var piece = ref _rows[row >> RowBits];
        piece ??= new Row[Math.Min(RowsInPiece, MostIn(_slots.Length))];
        piece[row & (RowsInPiece - 1)] = new Row { EvictedAt = evictedAt, ExpiredAt = expiredAt, Hash = hash, IdAt = Store(id) };

        // Readers come here by the slot or by the count, so both are written last.
        var slot = hash & (_slots.Length - 1);
        while (_slots[slot] != 0)
            slot = (slot + 1) & (_slots.Length - 1);
        Volatile.Write(ref _slots[slot], row + 1);
        Volatile.Write(ref _count, row + 1);
    }

    /// <summary>The same rows, with room for more.</summary>
    public TagInvalidationRows Grown()
    {
        var grown = new TagInvalidationRows(2 * _slots.Length) { _ids = _ids, _idsUsed = _idsUsed, _count = _count };
        for (var piece = 0; piece << RowBits < _count; piece++)
        {
            var rows = _rows[piece];
            if (rows.Length < RowsInPiece)
                Array.Resize(ref rows, Math.Min(RowsInPiece, MostIn(grown._slots.Length)));
            grown._rows[piece] = rows;
        }

        for (var row = 0; row < _count; row++)
        {
            var slot = grown.RowAt(row).Hash & (grown._slots.Length - 1);
            while (grown._slots[slot] != 0)
                slot = (slot + 1) & (grown._slots.Length - 1);
            grown._slots[slot] = row + 1;
        }

        return grown;
    }

    /// <summary>Copies of the rows with an epoch above the floor.</summary>
    public TagInvalidationRows Above(long floor)
    {
        var left = new TagInvalidationRows();
        for (var row = 0; row < _count; row++)
        {
            var (evictedAt, expiredAt) = this[row];
            if (evictedAt <= floor && expiredAt <= floor)
                continue;
            if (left.IsFull)
                left = left.Grown();
            left.Add(IdOf(row), evictedAt, expiredAt);
        }

        return left;
    }

    private int IndexOf(ReadOnlySpan<byte> id, int hash)
    {
        for (var slot = hash & (_slots.Length - 1); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            var row = Volatile.Read(ref _slots[slot]) - 1;
            if (row < 0 || (RowAt(row).Hash == hash && IdOf(row).SequenceEqual(id)))
                return row;
        }
    }

    private ref Row RowAt(int row) => ref _rows[row >> RowBits][row & (RowsInPiece - 1)];

    /// <summary>Stores an id behind its length.</summary>
    private int Store(ReadOnlySpan<byte> id)
    {
        var length = sizeof(ushort) + id.Length;
        if (_ids.Length == 0 || _idsUsed + length > _ids[^1].Length)
            MakeRoom(length);
        var at = ((_ids.Length - 1) << IdBits) | _idsUsed;
        var piece = _ids[^1].AsSpan(_idsUsed);
        MemoryMarshal.Write(piece, (ushort)id.Length);
        id.CopyTo(piece[sizeof(ushort)..]);
        _idsUsed += length;
        return at;
    }

    /// <summary>Adds a piece. The first one begins small, and is replaced by larger ones, because most tables have few tags.</summary>
    private void MakeRoom(int length)
    {
        if (_ids is [var first] && _idsUsed + length <= IdsInPiece)
        {
            Array.Resize(ref first, Math.Min(IdsInPiece, 2 * (_idsUsed + length)));
            Volatile.Write(ref _ids, [first]);
            return;
        }

        Volatile.Write(ref _ids, [.. _ids, new byte[_ids.Length == 0 ? 2 * length : Math.Max(IdsInPiece, length)]]);
        _idsUsed = 0;
    }

    internal static int HashOf(ReadOnlySpan<byte> id) => (int)XxHash3.HashToUInt64(id, _seed);

    private static int MostIn(int slots) => slots / 4 * 3;

    private struct Row
    {
        public long EvictedAt;
        public long ExpiredAt;
        public int Hash;
        public int IdAt;
    }
}

/// <summary>The epochs at which one tag was last evicted and last softly expired; 0 for never.</summary>
internal readonly record struct TagInvalidations(long EvictedAt, long ExpiredAt)
{
    /// <summary>Returns the epoch of the newest invalidation of a kind; 0 for never.</summary>
    public long At(TagInvalidationKind kind) => kind == TagInvalidationKind.Evict ? EvictedAt : ExpiredAt;
}
