namespace RedisTagCache.Testing.Commands;

/// <summary>What a command does to the data.</summary>
internal enum Effect
{
    None,
    Changes,

    /// <summary>It is rejected while the server has no memory for writes.</summary>
    NeedsMemory,
}
