using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Removes an entry, and announces it to the instances that have a local copy.</summary>
internal static class EntryRemoveScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("entry_remove");
    public static readonly string[] KeyNames = ["entry", "epoch", "lease", "removals"];
    public static readonly string[] ArgumentNames = ["retention", "cap", "publish"];

    public static ScriptCall Call(in EntryLocation address) => new(
        Script,
        [address.Key, address.Partition.Epoch, address.Lease, address.Partition.Removals],
        [RemovalsSyncScript.Retention, RemovalsSyncScript.Cap, address.Partition.Publish]);

    public static RemovalReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 2);
        return new RemovalReply((long)(double)parts[0], (long)(double)parts[1]);
    }
}

/// <summary>The number of a removal, and the number of the change before it.</summary>
internal readonly record struct RemovalReply(long Number, long Before);
