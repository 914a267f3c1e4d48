namespace RedisTagCache.TestSupport.Costs;

/// <summary>
/// What operations may cost: bytes a little above what was measured, commands and round trips exactly. Lower them when something has become
/// cheaper. The client's own part is about 280 B of each command; the test's own task is up to 150 B of each call.
/// </summary>
public static class CostBounds
{
    /// <summary>The payload of these operations, where nothing else is said.</summary>
    public const int Payload = 1_024;

    /// <summary>The payload of a large write, which is staged and moved, so that no script copies it.</summary>
    public const int LargePayload = 64 * 1_024;

    /// <summary>The entry alone, as <see cref="TaggedGet"/>.</summary>
    public static OperationCost UntaggedGet { get; } = new(850, 1, "mget 1");

    /// <summary>
    /// The entry and the epoch in one command, whose answer stays in its pooled buffer; the lookup and the client's task, which reads that travel together share.
    /// </summary>
    public static OperationCost TaggedGet { get; } = new(750, 1, "mget 1");

    /// <summary>One script, which sets that travel together share; its arguments stay in pooled buffers.</summary>
    public static OperationCost SmallSet { get; } = new(800, 1, "evalsha 1, get 1, set 1");

    /// <summary>The entry to a place of its own and then a script that moves it there; the envelope is pooled.</summary>
    public static OperationCost LargeSet { get; } = new(2_300, 1, "evalsha 1, exists 1, get 1, pexpire 1, rename 1, setex 1");

    /// <summary>One script, which overwrites that travel together share: it also revokes the lease, numbers the change and announces it. The value, its copy in this instance, and its tags.</summary>
    public static OperationCost ValueSet { get; } = new(3_100, 1, "evalsha 1, get 1, publish 1, set 1, time 1, unlink 1, zadd 1, zcard 1, zrange 1, zscore 1");

    /// <summary>Nothing at all.</summary>
    public static OperationCost LocalHit { get; } = new(0, 0, "");

    /// <summary>The lease, and the write that ends it, for which the caller does not wait, each a script that such requests share; the value, its copy in this instance, and the key.</summary>
    public static OperationCost LedMiss { get; } = new(6_000, 1, "del 1, evalsha 2, get 2, getrange 1, hmget 2, hset 1, pexpire 1, set 1, zscore 2");

    /// <summary>One script, which looks for another primary, invalidates the tag, trims and sends the message; and the tag's place in the retry queue if it fails.</summary>
    public static OperationCost Evict { get; } = new(3_800, 1, "evalsha 1, get 1, info 1, publish 1, set 1, time 1, zadd 1, zcard 1, zrange 1, zscore 1");

    /// <summary>The untagged get, copied into the caller's buffer.</summary>
    public static OperationCost BufferGet { get; } = new(720, 1, "mget 1");

    /// <summary>A tagged get, and the array that the contract wants.</summary>
    public static OperationCost PageGet { get; } = new(2_600, 1, "mget 1");

    /// <summary>A small set with one tag more, and the options that tell it.</summary>
    public static OperationCost PageSet { get; } = new(1_150, 1, "evalsha 1, get 1, set 1");
}
