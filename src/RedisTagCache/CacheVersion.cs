using RedisTagCache.Topology;

namespace RedisTagCache;

/// <summary>
/// Represents the moment at which the computation of a value began, in the store's own count of evictions.
/// If one of its tags is evicted after its version, an entry is invalidated.
/// </summary>
public readonly struct CacheVersion : IEquatable<CacheVersion>
{
    private readonly EpochStamp _stamp;
    private readonly bool _isUnknown;

    internal CacheVersion(EpochStamp stamp) => _stamp = stamp;

    private CacheVersion(bool isUnknown) => _isUnknown = isUnknown;

    /// <summary>Gets the version of a value whose computation begins when the write is called: it does not depend on data that was read before. This is also the default.</summary>
    public static CacheVersion AtWrite => default;

    /// <summary>Gets the version of a value about which nothing is known. A write with this version is rejected.</summary>
    public static CacheVersion Unknown { get; } = new(isUnknown: true);

    /// <summary>Returns the older of two versions for the same key.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">Another version.</param>
    /// <returns>The older version, or <see cref="Unknown"/> if the two cannot be compared.</returns>
    public static CacheVersion Min(CacheVersion left, CacheVersion right) =>
        left._isUnknown || right._isUnknown || !left._stamp.IsSameLineage(right._stamp) ? Unknown
            : left._stamp.Epoch <= right._stamp.Epoch ? left : right;

    internal bool IsUnknown => _isUnknown;

    internal bool IsDefault => !_isUnknown && _stamp == default;

    internal EpochStamp Stamp => _stamp;

    /// <inheritdoc/>
    public bool Equals(CacheVersion other) => _stamp == other._stamp && _isUnknown == other._isUnknown;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CacheVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_stamp, _isUnknown);

    /// <summary>Determines whether two versions are equal.</summary>
    public static bool operator ==(CacheVersion left, CacheVersion right) => left.Equals(right);

    /// <summary>Determines whether two versions differ.</summary>
    public static bool operator !=(CacheVersion left, CacheVersion right) => !left.Equals(right);
}
