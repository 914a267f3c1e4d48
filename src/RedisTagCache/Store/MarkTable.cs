using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace RedisTagCache.Store;

/// <summary>The newest marks by folded tag id. Read without locks while it is written; a mark only ever rises.</summary>
internal sealed class MarkTable
{
    private const int PruneSlack = 1_024;

    private readonly ConcurrentDictionary<byte[], TagMarks> _marks;
    private readonly ConcurrentDictionary<byte[], TagMarks>.AlternateLookup<ReadOnlySpan<byte>> _byId;
    private readonly Lock _writing = new();
    private int _pruneAt = PruneSlack;
    private long _prunedTo;

    public MarkTable()
    {
        _marks = new ConcurrentDictionary<byte[], TagMarks>(new IdComparer());
        _byId = _marks.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _marks.Count;

    /// <summary>The floor up to which marks may have been forgotten. Read it after the marks: it rises before one is gone.</summary>
    public long PrunedTo => Volatile.Read(ref _prunedTo);

    /// <summary>The epochs at which the tag was last marked; 0 for never.</summary>
    public TagMarks this[ReadOnlySpan<byte> id] => TagFold.IsFolded(id) ? Find(id) : FindFolded(id);

    /// <summary>Raises the mark that a member of the marks in Redis stands for. Members that are no marks are passed over.</summary>
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
            var marks = Find(id);
            _byId[id] = member[0] == (byte)'h' ? marks with { Hard = Math.Max(marks.Hard, epoch) } : marks with { Soft = Math.Max(marks.Soft, epoch) };
        }
    }

    private TagMarks Find(ReadOnlySpan<byte> id) => _byId.TryGetValue(id, out var marks) ? marks : default;

    // Apart, so that folded ids need no room on the stack.
    private TagMarks FindFolded(ReadOnlySpan<byte> id)
    {
        Span<byte> folded = stackalloc byte[TagFold.MaxId];
        return Find(folded[..TagFold.Fold(id, folded)]);
    }

    /// <summary>Forgets what the floor has made needless, once there is enough of it to be worth the walk.</summary>
    public void Prune(long floor)
    {
        if (_marks.Count < Volatile.Read(ref _pruneAt))
            return;
        lock (_writing)
        {
            // First: a reader may judge by an older state of the same table.
            Interlocked.Exchange(ref _prunedTo, Math.Max(_prunedTo, floor));
            foreach (var (id, marks) in _marks)
            {
                if (marks.Hard <= floor && marks.Soft <= floor)
                    _marks.TryRemove(id, out _);
            }

            Volatile.Write(ref _pruneAt, (2 * _marks.Count) + PruneSlack);
        }
    }

    /// <summary>The members whose marks stand higher here than there, and above that floor: what the other has lost.</summary>
    public List<byte[]> NotIn(MarkTable other, long floor)
    {
        var lost = new List<byte[]>();
        foreach (var (id, marks) in _marks)
        {
            var there = other[id];
            if (marks.Hard > Math.Max(there.Hard, floor))
                lost.Add(TagId.Member(MarkKind.Hard, id));
            if (marks.Soft > Math.Max(Math.Max(there.Soft, there.Hard), floor))
                lost.Add(TagId.Member(MarkKind.Soft, id));
        }

        return lost;
    }

    /// <summary>Tags may be of a visitor's making. With a seed, nobody can make them collide.</summary>
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
