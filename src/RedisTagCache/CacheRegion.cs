namespace RedisTagCache;

/// <summary>
/// Represents a namespace of keys in the store: equal keys in two regions are two entries. Tags have no regions: an eviction applies to all of them.
/// </summary>
public sealed class CacheRegion : IEquatable<CacheRegion>
{
    private const string DistributedName = "distributed";

    /// <summary>Gets the region of pages of ASP.NET Core output caching, which has tags and is isolated by build.</summary>
    public static CacheRegion Output { get; } = new(isTagged: true, isIsolatedByBuild: true, "output");

    /// <summary>Initializes a new region. Two regions with the same name share their entries, so give them the same properties.</summary>
    /// <param name="name">The name, which is part of every key. Must be 1 to 32 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>. <c>output</c>, <c>distributed</c> and <c>hybrid</c> are reserved.</param>
    /// <param name="isTagged">Whether its entries can have tags. Entries without tags are stored until they expire or are removed.</param>
    /// <param name="isIsolatedByBuild">Whether each build reads only its own entries.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public CacheRegion(string name, bool isTagged, bool isIsolatedByBuild)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 32 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"A region name must be 1 to 32 ASCII letters, digits, '-', '_' or '.', but was '{name}'.", nameof(name));
        if (name is "output" or DistributedName or "hybrid")
            throw new ArgumentException($"The region name '{name}' is reserved for the cache. Use another name.", nameof(name));

        Name = name;
        IsTagged = isTagged;
        IsIsolatedByBuild = isIsolatedByBuild;
    }

    private CacheRegion(bool isTagged, bool isIsolatedByBuild, string name)
    {
        Name = name;
        IsTagged = isTagged;
        IsIsolatedByBuild = isIsolatedByBuild;
    }

    /// <summary>Gets the name that is used in keys and in the <c>region</c> dimension of metrics.</summary>
    public string Name { get; }

    /// <summary>Gets whether entries can have tags.</summary>
    public bool IsTagged { get; }

    /// <summary>Gets whether each build reads only its own entries.</summary>
    public bool IsIsolatedByBuild { get; }

    /// <summary>Entries of <c>IDistributedCache</c>: without tags.</summary>
    internal static CacheRegion Distributed(bool isIsolatedByBuild) => new(isTagged: false, isIsolatedByBuild, DistributedName);

    /// <summary>Values of <c>HybridCache</c> and <see cref="ITagCache"/>.</summary>
    internal static CacheRegion Hybrid { get; } = new(isTagged: true, isIsolatedByBuild: true, "hybrid");

    /// <summary>Determines whether two regions are equal.</summary>
    /// <param name="left">A region, or null.</param>
    /// <param name="right">Another region, or null.</param>
    /// <returns>True if they have the same name and the same properties.</returns>
    public static bool operator ==(CacheRegion? left, CacheRegion? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Determines whether two regions differ.</summary>
    /// <param name="left">A region, or null.</param>
    /// <param name="right">Another region, or null.</param>
    /// <returns>True if they have another name or other properties.</returns>
    public static bool operator !=(CacheRegion? left, CacheRegion? right) => !(left == right);

    /// <summary>Determines whether another region has the same name and the same properties.</summary>
    /// <param name="other">Another region, or null.</param>
    /// <returns>True if it has.</returns>
    public bool Equals(CacheRegion? other) =>
        ReferenceEquals(this, other) || (other is not null && Name == other.Name && IsTagged == other.IsTagged && IsIsolatedByBuild == other.IsIsolatedByBuild);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CacheRegion);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
