using RedisTagCache.Redis;

namespace RedisTagCache;

/// <summary>
/// The moment at which the computation of a value began, in the store's own count of evictions.
/// An entry is dead when one of its tags was evicted after its token.
/// </summary>
/// <remarks>
/// <see langword="default"/> says "not computed after a lookup": the write then takes what this instance knew when the write was called.
/// </remarks>
public readonly struct CacheVersion : IEquatable<CacheVersion>
{
    private readonly EpochStamp _stamp;
    private readonly bool _never;

    internal CacheVersion(EpochStamp stamp) => _stamp = stamp;

    private CacheVersion(bool never) => _never = never;

    /// <summary>The token of a value about which nothing is known: a write that carries it is refused.</summary>
    public static CacheVersion Never { get; } = new(never: true);

    /// <summary>The older of two tokens for the same key, <see cref="Never"/> where they cannot be compared.</summary>
    /// <param name="left">A token.</param>
    /// <param name="right">Another one.</param>
    /// <returns>One of the two, or <see cref="Never"/>.</returns>
    public static CacheVersion Older(CacheVersion left, CacheVersion right) =>
        left._never || right._never || !left._stamp.IsSameLineage(right._stamp) ? Never
            : left._stamp.Epoch <= right._stamp.Epoch ? left : right;

    internal bool IsNever => _never;

    internal bool IsDefault => !_never && _stamp == default;

    internal EpochStamp Stamp => _stamp;

    /// <inheritdoc/>
    public bool Equals(CacheVersion other) => _stamp == other._stamp && _never == other._never;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CacheVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_stamp, _never);

    /// <summary>Whether two tokens are equal.</summary>
    public static bool operator ==(CacheVersion left, CacheVersion right) => left.Equals(right);

    /// <summary>Whether two tokens differ.</summary>
    public static bool operator !=(CacheVersion left, CacheVersion right) => !left.Equals(right);
}
