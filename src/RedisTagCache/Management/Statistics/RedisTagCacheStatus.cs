namespace RedisTagCache.Management;

/// <summary>Reports the status of the connection of an instance to Redis. It contains no keys, tags or secrets.</summary>
public sealed class RedisTagCacheStatus
{
    /// <summary>Gets whether the cache is used. If not, it does not connect (<see cref="RedisTagCacheOptions.Enabled"/>).</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Gets whether Redis responded to the round trip of this check.</summary>
    public bool IsAnswering { get; init; }

    /// <summary>Gets whether the instance has connected since it started.</summary>
    public bool HasConnected { get; init; }

    /// <summary>Gets the time of the round trip, or <see langword="null"/> if there was no response.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Gets whether the circuit breaker of a partition is open: calls for it do not wait for Redis, because it did not respond.</summary>
    public bool IsCircuitOpen { get; init; }

    /// <summary>Gets the number of partitions whose tag state must be compared with Redis before it is used again.</summary>
    public int UntrustedPartitions { get; init; }

    /// <summary>Gets the number of partitions whose messages do not arrive. Evictions by other instances are then found by polling, once a second. Zero before the first use of a value and the first page that is missing.</summary>
    public int SilentPartitions { get; init; }

    /// <summary>Gets the number of partitions of the keys, or <see langword="null"/> before the first connection.</summary>
    public int? Partitions { get; init; }

    /// <summary>Gets the namespace of this build that is used in keys.</summary>
    public string BuildNamespace { get; init; } = "";

    /// <summary>Gets where the namespace comes from, such as an environment variable.</summary>
    public string BuildNamespaceSource { get; init; } = "";

    /// <summary>Gets the kind of server (<c>standalone</c>, <c>cluster</c>, ...) that the client reports, or <see langword="null"/> if it is not known.</summary>
    public string? ServerKind { get; init; }

    /// <summary>Gets the version that the server reports, or <see langword="null"/> if it is not known.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>Gets when an operation on Redis last failed, or <see langword="null"/> if none has.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Gets the type of the last failure, such as <c>RedisTimeoutException</c>, without its text.</summary>
    public string? LastFailure { get; init; }
}
