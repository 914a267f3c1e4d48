using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Where everything lies in Redis. With <c>H</c> for the partition's hash tag, such as <c>{rtc:0}</c>:
/// <code>
/// H:e:surface:build:key     an entry; build is - where the surface is shared by all builds
/// H:eh:surface:build:hash   an entry whose key is longer than 512 bytes, or not valid Unicode, under its SHA-256
/// H:epoch                   the partition's stamp
/// H:marks                   the marks, and the floor below them
/// H:staged:nonce            a large entry on its way
/// </code>
/// </summary>
internal sealed class KeySpace
{
    private const int LongestRawKey = 512;

    private readonly ConcurrentDictionary<(string Name, bool IsIsolatedByBuild), Prefixes[]> _prefixes = new();
    private readonly Func<(string Name, bool IsIsolatedByBuild), Prefixes[]> _createPrefixes;

    public KeySpace(string prefix, string buildNamespace, int partitions)
    {
        Partitions = [.. Enumerable.Range(0, partitions).Select(i => new Partition(prefix, i))];
        _createPrefixes = surface =>
        {
            var tail = $"{surface.Name}:{(surface.IsIsolatedByBuild ? buildNamespace : "-")}:";
            return [.. Partitions.Select(p => new Prefixes($"{p.HashTag}:e:{tail}", $"{p.HashTag}:eh:{tail}"))];
        };
    }

    public IReadOnlyList<Partition> Partitions { get; }

    public Partition PartitionOf(string key) => Partitions.Count == 1 ? Partitions[0] : Partitions[(int)(Hash(key) % (uint)Partitions.Count)];

    /// <summary>Where an entry lies. No I/O, and for a key that is stored as it is no allocation.</summary>
    public EntryAddress Locate(in CacheEntryKey key)
    {
        var partition = PartitionOf(key.Key);
        return new EntryAddress(partition, EntryKey(key, partition));
    }

    private RedisKey EntryKey(in CacheEntryKey key, Partition partition)
    {
        var prefixes = _prefixes.GetOrAdd((key.Surface.Name, key.Surface.IsIsolatedByBuild), _createPrefixes)[partition.Index];
        return FitsRaw(key.Key)
            ? ((RedisKey)key.Key).Prepend(prefixes.Raw)
            : ((RedisKey)Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(key.Key.AsSpan())))).Prepend(prefixes.Hashed);
    }

    private static bool FitsRaw(string key)
    {
        if (key.Length > LongestRawKey)
            return false;
        if (key.Length * 3 > LongestRawKey && Encoding.UTF8.GetByteCount(key) > LongestRawKey)
            return false;
        return !key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || IsWellFormed(key);
    }

    private static bool IsWellFormed(string key)
    {
        for (var i = 0; i < key.Length;)
        {
            if (!Rune.TryGetRuneAt(key, i, out var rune))
                return false;
            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    /// <summary>FNV-1a over the UTF-16 code units: every instance must place a key in the same partition, for ever.</summary>
    private static uint Hash(string key)
    {
        var hash = 2166136261;
        foreach (var unit in key)
            hash = (((hash ^ (byte)unit) * 16777619) ^ (byte)(unit >> 8)) * 16777619;
        return hash;
    }

    private sealed class Prefixes(string raw, string hashed)
    {
        public readonly byte[] Raw = Encoding.UTF8.GetBytes(raw);
        public readonly byte[] Hashed = Encoding.UTF8.GetBytes(hashed);
    }
}
