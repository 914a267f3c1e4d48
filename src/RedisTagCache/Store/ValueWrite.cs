namespace RedisTagCache.Store;

/// <summary>What became of writing a value.</summary>
/// <param name="Outcome">Whether it is stored.</param>
/// <param name="Removal">When stored: the newest removal it is known not to be overtaken by.</param>
/// <param name="Identity">When composed: what tells the entry from any other.</param>
internal readonly record struct ValueWrite(CacheWriteOutcome Outcome, long Removal, ReadOnlyMemory<byte> Identity);
