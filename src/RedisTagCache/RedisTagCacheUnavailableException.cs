namespace RedisTagCache;

/// <summary>Redis did not confirm an eviction, an expiry or a removal. Lookups and writes never throw it.</summary>
public sealed class RedisTagCacheUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RedisTagCacheUnavailableException()
        : this("Redis is not available.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    /// <param name="message">What could not be done.</param>
    public RedisTagCacheUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>For an eviction or an expiry: its tags, each once. Empty otherwise. They are not part of the message, which may be logged.</summary>
    public IReadOnlyList<string> Tags { get; internal init; } = [];

    /// <summary>For an eviction or an expiry: the partitions, from zero, where it took effect for all instances although it failed elsewhere.</summary>
    public IReadOnlyList<int> ConfirmedPartitions { get; internal init; } = [];

    /// <summary>
    /// Gets, for an eviction or an expiry, the partitions where it did not take effect or Redis did not confirm it. This instance no longer returns what it
    /// evicts, and retries it; calling again is harmless. If no connection was ever made, only the first partition.
    /// </summary>
    public IReadOnlyList<int> UnconfirmedPartitions { get; internal init; } = [];

    /// <summary>Creates the exception with a message and its cause.</summary>
    /// <param name="message">What could not be done.</param>
    /// <param name="innerException">The client's own error.</param>
    public RedisTagCacheUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
