namespace RedisTagCache.Testing.Data;

/// <summary>A set: members without an order.</summary>
internal sealed class SetMembers() : HashSet<byte[]>(ByteComparer.Instance);
