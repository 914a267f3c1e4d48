namespace RedisTagCache.Testing.Data;

/// <summary>A list: items in the order in which they were added.</summary>
internal sealed class ListItems : List<byte[]>;
