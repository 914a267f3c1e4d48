namespace RedisTagCache.Testing.Data;

/// <summary>A key with its value: bytes, or one of the collections of this folder.</summary>
internal sealed class StoredItem(long id, byte[] key, object value)
{
    /// <summary>Gets the place of the key in the order of searches. It stays while the key exists.</summary>
    public long Id { get; } = id;

    public byte[] Key { get; } = key;

    public object Value { get; set; } = value;

    /// <summary>Gets or sets when the key ends, in milliseconds since 1970. Zero if it does not.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Gets or sets how often the key was written, for transactions that watch it.</summary>
    public long Writes { get; set; }
}
