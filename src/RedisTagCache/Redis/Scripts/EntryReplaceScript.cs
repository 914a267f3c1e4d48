using StackExchange.Redis;

namespace RedisTagCache.Redis.Scripts;

/// <summary>Overwrites or removes an entry, and tells who keeps copies.</summary>
internal static class EntryReplaceScript
{
    /// <summary>Longer than any instance takes to hear of a removal; a computation without a lease that takes longer may be refused.</summary>
    private static readonly TimeSpan _retention = TimeSpan.FromMinutes(1);
    private const int Cap = 10_000;

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_replace");
    public static readonly string[] KeyNames = ["entry", "epoch", "lease", "removals", "staged"];
    public static readonly string[] ArgumentNames = ["envelope", "ttl", "token", "retention", "cap", "publish"];

    /// <param name="address">The entry and its lease.</param>
    /// <param name="staged">The key of a staged envelope; any other when the envelope comes along.</param>
    /// <param name="envelope">The envelope; empty when it is staged.</param>
    /// <param name="timeToLive">Milliseconds; zero removes the entry.</param>
    /// <param name="token">When the value began, in evictions; none for a removal.</param>
    public static ScriptCall Call(in LeasedAddress address, RedisKey staged, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp? token) => new(
        Script,
        [address.Entry.Key, address.Entry.Partition.Epoch, address.Lease, address.Entry.Partition.Removals, staged],
        [envelope, timeToLive, token?.ToString() ?? "", (long)_retention.TotalMicroseconds, Cap, address.Entry.Partition.Publish]);

    public static FillReply Parse(RedisResult reply) => EntryFillScript.Parse(reply) with { Before = (long)(double)ScriptReply.Parts(reply, least: 4)[3] };
}
