using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace RedisTagCache.Topology;

/// <summary>
/// The names of all keys in Redis. With <c>H</c> for the partition's hash tag, such as <c>{rtc:0}</c>:
/// <code>
/// H:e:region:build:key     an entry; build is - where the region is shared by all builds
/// H:eh:region:build:hash   an entry whose key is longer than 512 bytes, or not valid Unicode, under its SHA-256
/// H:l:region:build:key     the lease on computing a value; H:lh: for those keys
/// H:epoch                   the partition's stamp; the channel on which its changes are announced has the same name
/// H:marks                   the tag invalidations, and the floor below them
/// H:removals                the entries removed or overwritten last
/// H:staged:nonce            a large entry on its way
/// </code>
/// </summary>
internal sealed class KeySpace
{
    private const int MaxRawKey = 512;
    private const string HashedMark = "\uDC00"; // the second half of a pair: no well-formed key begins with it

    private readonly ConcurrentDictionary<(string Name, bool IsIsolatedByBuild), Prefixes[]> _prefixes = new();
    private readonly Func<(string Name, bool IsIsolatedByBuild), Prefixes[]> _createPrefixes;

    private readonly Partition[] _partitions;

    public KeySpace(string prefix, string buildNamespace, PartitionLayout layout)
    {
        _partitions = [.. PartitionLabels.For(prefix, layout.Count).Select((label, i) => new Partition(prefix, i, label, layout.IsSharded))];
        _createPrefixes = region =>
        {
            var tail = $"{region.Name}:{(region.IsIsolatedByBuild ? buildNamespace : "-")}:";
            return [.. _partitions.Select(p => new Prefixes(p.HashTag, tail))];
        };
    }

    public KeySpace(string prefix, string buildNamespace, int partitions)
        : this(prefix, buildNamespace, new PartitionLayout(partitions, IsSharded: false))
    {
    }

    public IReadOnlyList<Partition> Partitions => _partitions;

    public Partition PartitionOf(string key) => _partitions.Length == 1 ? _partitions[0] : _partitions[(int)(Hash(key) % (uint)_partitions.Length)];

    /// <summary>Returns the location of an entry. No I/O, and no allocation for a key that is stored as it is.</summary>
    public EntryLocation Locate(in CacheEntryKey key)
    {
        var isRaw = FitsRaw(key.Key);
        return Locate(key.Region, PartitionOf(key.Key), isRaw ? key.Key : Digest(key.Key), isHashed: !isRaw);
    }

    /// <summary>The same for a key's partition and the name that <see cref="NameOf(string)"/> gives.</summary>
    public EntryLocation Locate(CacheRegion region, Partition partition, string name)
    {
        var isHashed = IsHashed(name);
        return Locate(region, partition, isHashed ? name[1..] : name, isHashed);
    }

    /// <summary>Returns the part of an entry's key in Redis that identifies it within its region: the key itself, or a character that no key begins with and its hash.</summary>
    public static string NameOf(string key) => FitsRaw(key) ? key : HashedMark + Digest(key);

    /// <summary>Whether the key is its own name.</summary>
    public static bool IsName(ReadOnlySpan<char> key) => FitsRaw(key);

    /// <summary>The name of an entry by its key in Redis; nothing when it is of another region or another build.</summary>
    public string? NameOf(CacheRegion region, Partition partition, ReadOnlySpan<byte> entry)
    {
        var prefixes = PrefixesOf(region, partition);
        return entry.StartsWith(prefixes.Raw) ? Encoding.UTF8.GetString(entry[prefixes.Raw.Length..])
            : entry.StartsWith(prefixes.Hashed) ? HashedMark + Encoding.UTF8.GetString(entry[prefixes.Hashed.Length..])
            : null;
    }

    private EntryLocation Locate(CacheRegion region, Partition partition, string text, bool isHashed)
    {
        var prefixes = PrefixesOf(region, partition);
        var (prefix, lease) = isHashed ? (prefixes.Hashed, prefixes.HashedLease) : (prefixes.Raw, prefixes.Lease);
        return new EntryLocation(partition, ((RedisKey)text).Prepend(prefix), ((RedisKey)text).Prepend(lease))
        {
            Hash = text.GetHashCode(StringComparison.Ordinal),
            KeyHash = EntryLocation.KeyHashOf(prefix, text),
        };
    }

    private Prefixes PrefixesOf(CacheRegion region, Partition partition) =>
        _prefixes.GetOrAdd((region.Name, region.IsIsolatedByBuild), _createPrefixes)[partition.Index];

    private static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())));

    private static bool IsHashed(string name) => name.Length > 0 && name[0] == HashedMark[0];

    private static bool FitsRaw(ReadOnlySpan<char> key)
    {
        if (key.Length > MaxRawKey)
            return false;
        if (key.Length * 3 > MaxRawKey && Encoding.UTF8.GetByteCount(key) > MaxRawKey)
            return false;
        return !key.ContainsAnyInRange('\uD800', '\uDFFF') || IsWellFormed(key);
    }

    private static bool IsWellFormed(ReadOnlySpan<char> key)
    {
        while (!key.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(key, out _, out var used) != OperationStatus.Done)
                return false;
            key = key[used..];
        }

        return true;
    }

    /// <summary>FNV-1a over the UTF-16 code units: every instance must always place a key in the same partition.</summary>
    private static uint Hash(string key)
    {
        var hash = 2166136261;
        foreach (var unit in key)
            hash = (((hash ^ (byte)unit) * 16777619) ^ (byte)(unit >> 8)) * 16777619;
        return hash;
    }

    private sealed class Prefixes(string hashTag, string tail)
    {
        public readonly byte[] Raw = Encoding.UTF8.GetBytes($"{hashTag}:e:{tail}");
        public readonly byte[] Hashed = Encoding.UTF8.GetBytes($"{hashTag}:eh:{tail}");
        public readonly byte[] Lease = Encoding.UTF8.GetBytes($"{hashTag}:l:{tail}");
        public readonly byte[] HashedLease = Encoding.UTF8.GetBytes($"{hashTag}:lh:{tail}");
    }
}

/// <summary>Represents the location of an entry in Redis.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Key">Its key in Redis.</param>
/// <param name="Lease">The key of the lease on computing its value.</param>
internal readonly record struct EntryLocation(Partition Partition, RedisKey Key, RedisKey Lease)
{
    private const int MaxOnStack = 1_024;

    /// <summary>Gets a hash of the key that callers cannot foresee, since it is seeded per process.</summary>
    public int Hash { get; init; }

    /// <summary>Gets the hash of the key that the entry carries, so that it is served under no other key.</summary>
    public ulong KeyHash { get; init; }

    /// <summary>Gets what tells the entry apart from others.</summary>
    public EntryId Id => new(KeyHash, Key);

    /// <summary>Computes the hash of a key that its entry carries: XXH3 (64 bits, seed 0) of all bytes.</summary>
    public static ulong KeyHashOf(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key);

    /// <summary>The same of a key in two parts, without an allocation.</summary>
    /// <param name="prefix">What the key begins with: its partition, its region and its build.</param>
    /// <param name="name">The rest of it.</param>
    public static ulong KeyHashOf(ReadOnlySpan<byte> prefix, ReadOnlySpan<char> name)
    {
        var max = prefix.Length + Encoding.UTF8.GetMaxByteCount(name.Length);
        byte[]? rented = null;
        var key = max <= MaxOnStack ? stackalloc byte[max] : rented = ArrayPool<byte>.Shared.Rent(max);
        prefix.CopyTo(key);
        var hash = KeyHashOf(key[..(prefix.Length + Encoding.UTF8.GetBytes(name, key[prefix.Length..]))]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}

/// <summary>Tells entries apart: by a hash, and by the key where two have the same hash.</summary>
/// <param name="Hash">The hash of the key.</param>
/// <param name="Key">The key in Redis, or a name within one region.</param>
internal readonly record struct EntryId(ulong Hash, RedisKey Key)
{
    public static EntryId Of(string name) => new(EntryLocation.KeyHashOf([], name), name);

    public static EntryId Of(ReadOnlySpan<byte> key) => new(EntryLocation.KeyHashOf(key), key.ToArray());
}
