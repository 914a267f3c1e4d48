using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Extends a lease, if it is still the caller's.</summary>
internal static class LeaseRenewScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_renew");
    public static readonly string[] KeyNames = ["lease"];
    public static readonly string[] ArgumentNames = ["owner", "duration"];

    public static ScriptCall Call(in EntryLocation address, string owner, TimeSpan duration) =>
        new(Script, [address.Lease], [owner, (long)duration.TotalMilliseconds]);

    public static bool Parse(RedisResult reply) => ScriptReply.IsDone(reply);
}
