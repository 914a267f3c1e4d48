namespace RedisTagCache.Outbox;

/// <summary>Specifies what happens to the entries that carry a tag.</summary>
public enum OutboxAction
{
    /// <summary>The entries are evicted: no later lookup returns them.</summary>
    Evict = 0,

    /// <summary>The entries are expired: they are stale, and are served while they are refreshed.</summary>
    Expire = 1,
}
