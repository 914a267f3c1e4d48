namespace RedisTagCache.Redis.Scripts;

/// <summary>What came of storing, overwriting or removing a value.</summary>
/// <param name="Stored">Whether it is done.</param>
/// <param name="Stamp">The stamp now.</param>
/// <param name="Removal">The newest removal; of an overwrite or a removal its own number.</param>
/// <param name="Before">Of an overwrite or a removal: the number before it.</param>
internal sealed record FillReply(bool Stored, EpochStamp? Stamp, long Removal, long Before = 0);
