namespace RedisTagCache.Redis.Scripts;

/// <summary>Who may compute a value (the verdict as in the script), and what a value started now must carry.</summary>
internal sealed record LeaseReply(int Verdict, EpochStamp? Stamp, long Removal, TimeSpan Left);
