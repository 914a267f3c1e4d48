namespace RedisTagCache;

/// <summary>Redis did not confirm an eviction, an expiry or a removal. Look-ups and writes never throw it.</summary>
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

    /// <summary>Creates the exception with a message and its cause.</summary>
    /// <param name="message">What could not be done.</param>
    /// <param name="innerException">The client's own error.</param>
    public RedisTagCacheUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
