namespace RedisTagCache;

/// <summary>How large values are compressed for Redis. Readers recognize it by the entry, whatever they are set to.</summary>
public enum CacheCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Brotli: smaller.</summary>
    Brotli,

    /// <summary>GZip: faster.</summary>
    GZip,
}
