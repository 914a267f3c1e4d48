namespace RedisTagCache.Testing.Data;

/// <summary>A hash: fields with their values.</summary>
internal sealed class HashFields() : Dictionary<byte[], byte[]>(ByteComparer.Instance);
