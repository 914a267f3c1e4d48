namespace RedisTagCache.Outbox.Diagnostics;

/// <summary>Specifies where an eviction was tried.</summary>
internal enum OutboxOrigin
{
    /// <summary>Right after the commit.</summary>
    Commit,

    /// <summary>In the background.</summary>
    Dispatcher,
}
