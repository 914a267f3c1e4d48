using System.Buffers;
using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace RedisTagCache.Topology;

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

    /// <summary>Computes the hash of a key that its entry carries: XXH3 (64 bits, seed 0) of all bytes, without an allocation.</summary>
    /// <param name="prefix">What the key begins with: its partition, its region and its build.</param>
    /// <param name="name">The rest of it.</param>
    public static ulong KeyHashOf(ReadOnlySpan<byte> prefix, ReadOnlySpan<char> name)
    {
        var max = prefix.Length + Encoding.UTF8.GetMaxByteCount(name.Length);
        byte[]? rented = null;
        var key = max <= MaxOnStack ? stackalloc byte[max] : rented = ArrayPool<byte>.Shared.Rent(max);
        prefix.CopyTo(key);
        var hash = XxHash3.HashToUInt64(key[..(prefix.Length + Encoding.UTF8.GetBytes(name, key[prefix.Length..]))]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
