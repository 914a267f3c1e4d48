namespace RedisTagCache.Redis.Scripts;

/// <summary>The stamps before and after marks were raised, and the floor below the marks that are left.</summary>
internal sealed record MarkReply(EpochStamp Before, EpochStamp After, long Floor);
