namespace RedisTagCache;

/// <summary>How an instance stands with Redis. It has no keys, no tags and no secrets.</summary>
public sealed class RedisTagCacheStatus
{
    /// <summary>Whether Redis answered the round trip of this check.</summary>
    public required bool IsAnswering { get; init; }

    /// <summary>Whether there ever was a connection since the instance started.</summary>
    public required bool HasConnected { get; init; }

    /// <summary>The time of the round trip; nothing when there was no answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Whether there is a partition for which calls do not wait for Redis, because it did not answer.</summary>
    public required bool IsCircuitOpen { get; init; }

    /// <summary>Partitions whose evictions are known here, and must be compared with Redis before anything is judged by them again.</summary>
    public required int UntrustedPartitions { get; init; }

    /// <summary>Partitions whose messages do not come; evictions elsewhere are then found once a second. Zero before the first use of a value.</summary>
    public required int SilentPartitions { get; init; }

    /// <summary>Over how many partitions the keys are spread; nothing before the first connection.</summary>
    public int? Partitions { get; init; }

    /// <summary>The namespace of this build, as it stands in keys.</summary>
    public required string BuildNamespace { get; init; }

    /// <summary>Where the namespace was found, such as an environment variable.</summary>
    public required string BuildNamespaceSource { get; init; }

    /// <summary>The server's kind (<c>standalone</c>, <c>cluster</c>, ...) as the client tells it; nothing when it is not known.</summary>
    public string? ServerKind { get; init; }

    /// <summary>The version that the server tells; nothing when it is not known.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>When an operation on Redis last failed; nothing when none has.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>The type of that failure, such as <c>RedisTimeoutException</c>, without its text.</summary>
    public string? LastFailure { get; init; }
}
