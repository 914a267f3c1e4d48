namespace RedisTagCache.Redis.Scripts;

/// <summary>The stamps before and after tag invalidations were raised, and the floor below the tag invalidations that are left.</summary>
internal sealed record TagInvalidationReply(EpochStamp Before, EpochStamp After, long Floor);
