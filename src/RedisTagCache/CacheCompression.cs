namespace RedisTagCache;

/// <summary>Specifies how large values are compressed for Redis. Readers detect the compression of each entry, whatever their own setting.</summary>
public enum CacheCompression
{
    /// <summary>Values are not compressed.</summary>
    None,

    /// <summary>Brotli, which makes values smaller.</summary>
    Brotli,

    /// <summary>GZip, which is faster.</summary>
    GZip,
}
