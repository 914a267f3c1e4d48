namespace RedisTagCache.Diagnostics;

/// <summary>The documented values of the dimensions of metrics and of the tags of traces.</summary>
internal static class DimensionValues
{
    public static string Of(CacheOutcome outcome) => outcome switch
    {
        CacheOutcome.Hit => "hit",
        CacheOutcome.Stale => "stale",
        CacheOutcome.Miss => "miss",
        CacheOutcome.HitLocal => "hit_local",
        CacheOutcome.StaleLocal => "stale_local",
        CacheOutcome.FailSafe => "fail_safe",
        CacheOutcome.Stored => "stored",
        CacheOutcome.Rejected => "rejected",
        CacheOutcome.Skipped => "skipped",
        CacheOutcome.Done => "done",
        CacheOutcome.Failed => "failed",
        CacheOutcome.Retried => "retried",
        CacheOutcome.Recovered => "recovered",
        CacheOutcome.Ok => "ok",
        CacheOutcome.Timeout => "timeout",
        CacheOutcome.Error => "error",
        CacheOutcome.Canceled => "canceled",
        CacheOutcome.Taken => "taken",
        CacheOutcome.Applied => "applied",
        CacheOutcome.Gap => "gap",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no value for it."),
    };

    public static string Of(CacheMissReason reason) => reason switch
    {
        CacheMissReason.Absent => "absent",
        CacheMissReason.Evicted => "evicted",
        CacheMissReason.Damaged => "damaged",
        CacheMissReason.Unavailable => "unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no value for it."),
    };

    public static string Of(CacheEventDetail detail) => detail switch
    {
        CacheEventDetail.Connect => "connect",
        CacheEventDetail.Reconnect => "reconnect",
        CacheEventDetail.Read => "read",
        CacheEventDetail.Write => "write",
        CacheEventDetail.Remove => "remove",
        CacheEventDetail.Invalidate => "invalidate",
        CacheEventDetail.Sync => "sync",
        CacheEventDetail.Touch => "touch",
        CacheEventDetail.Peek => "peek",
        CacheEventDetail.Lease => "lease",
        CacheEventDetail.Renew => "renew",
        CacheEventDetail.Release => "release",
        CacheEventDetail.Poll => "poll",
        CacheEventDetail.Evict => "evict",
        CacheEventDetail.Expire => "expire",
        CacheEventDetail.Any => "any",
        CacheEventDetail.Eviction => "eviction",
        CacheEventDetail.Removal => "removal",
        CacheEventDetail.CatchUp => "catch_up",
        CacheEventDetail.Full => "full",
        CacheEventDetail.Leader => "leader",
        CacheEventDetail.TookOver => "took_over",
        CacheEventDetail.Follower => "follower",
        CacheEventDetail.Coalesced => "coalesced",
        CacheEventDetail.Uncoordinated => "uncoordinated",
        CacheEventDetail.KeyLength => "key_length",
        CacheEventDetail.PayloadSize => "payload_size",
        CacheEventDetail.Serialization => "serialization",
        CacheEventDetail.Factory => "factory",
        _ => throw new ArgumentOutOfRangeException(nameof(detail), detail, "There is no value for it."),
    };
}
