namespace RedisTagCache;

/// <summary>The exception that is thrown if Redis does not confirm an eviction, an expiry or a removal, or does not answer an inspection. Lookups and writes of the cache never throw it.</summary>
public sealed class RedisTagCacheUnavailableException : Exception
{
    /// <summary>Initializes a new instance of the exception.</summary>
    public RedisTagCacheUnavailableException()
        : this("Redis is not available.")
    {
    }

    /// <summary>Initializes a new instance of the exception with a message.</summary>
    /// <param name="message">The message that describes the error.</param>
    public RedisTagCacheUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Gets the different tags of an eviction or an expiry. Otherwise, empty. They are not part of the message, which may be logged.</summary>
    public IReadOnlyList<string> Tags { get; internal init; } = [];

    /// <summary>Gets, for an eviction or an expiry, the partitions, counted from zero, where it took effect for all instances although it failed in others.</summary>
    public IReadOnlyList<int> ConfirmedPartitions { get; internal init; } = [];

    /// <summary>
    /// Gets, for an eviction or an expiry, the partitions where it did not take effect or Redis did not confirm it. This instance no longer returns what it
    /// evicts, and retries it; calling again is harmless. If no connection was ever made, only the first partition.
    /// </summary>
    public IReadOnlyList<int> UnconfirmedPartitions { get; internal init; } = [];

    /// <summary>Initializes a new instance of the exception with a message and its cause.</summary>
    /// <param name="message">The message that describes the error.</param>
    /// <param name="innerException">The exception of the Redis client.</param>
    public RedisTagCacheUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
