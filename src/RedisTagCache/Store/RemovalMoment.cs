namespace RedisTagCache.Store;

/// <summary>What an instance knew of removals at one moment: the newest number (-1 when nothing was known), and how many it had heard of.</summary>
internal readonly record struct RemovalMoment(long Number, long Heard)
{
    public const long Unknown = -1;
}
