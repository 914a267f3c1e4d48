namespace RedisTagCache.Store;

/// <summary>What an instance knew of removals at one moment: the newest number (-1 when nothing was known), and how many it had heard of.</summary>
/// <param name="Number">The newest number.</param>
/// <param name="Recorded">How many removals were recorded.</param>
/// <param name="Unconfirmed">For what is computed without Redis: the newest eviction that this instance had taken over ahead of what Redis had told; else zero.</param>
internal readonly record struct RemovalMoment(long Number, long Recorded, long Unconfirmed = 0)
{
    public const long Unknown = -1;
}
