namespace RedisTagCache.Caching.Serialization;

/// <summary>A value as bytes.</summary>
/// <param name="Plain">As the serializer made it; for copies.</param>
/// <param name="Stored">For Redis: the same, or compressed.</param>
/// <param name="Flags">How the latter is to be read.</param>
internal readonly record struct EncodedValue(ReadOnlyMemory<byte> Plain, ReadOnlyMemory<byte> Stored, byte Flags);
