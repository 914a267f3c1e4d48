namespace RedisTagCache.Redis.Scripts;

/// <summary>What came of storing a value: whether it is, and up to which removal it is known not to be overtaken.</summary>
internal sealed record FillReply(bool Stored, EpochStamp? Stamp, long Removal);
