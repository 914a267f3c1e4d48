using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Invalidates tags at a new epoch.</summary>
internal static class TagInvalidateScript
{
    /// <summary>Tags in one call: keeps the script short for the other clients, and a page of <see cref="InvalidationsSyncScript"/> longer than one epoch.</summary>
    public const int MaxMembers = 500;

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("tag_invalidate");
    public static readonly string[] KeyNames = ["epoch", "marks"];
    public static readonly string[] ArgumentNames = ["publish", "retention", "cap", "member..."];

    public static ScriptCall Call(Partition partition, TimeSpan retention, int cap, ReadOnlySpan<byte[]> members) =>
        Call(partition, Arguments(partition.Publish, retention, cap, members));

    /// <summary>The same with arguments that several calls share.</summary>
    public static ScriptCall Call(Partition partition, RedisValue[] arguments) => new(Script, [partition.Epoch, partition.Marks], arguments);

    public static RedisValue[] Arguments(RedisValue publish, TimeSpan retention, int cap, ReadOnlySpan<byte[]> members)
    {
        var arguments = new RedisValue[3 + members.Length];
        arguments[0] = publish;
        arguments[1] = (long)retention.TotalMicroseconds;
        arguments[2] = cap;
        for (var i = 0; i < members.Length; i++)
            arguments[3 + i] = members[i];
        return arguments;
    }

    /// <summary>What the tag invalidations became, or nothing when the partition must be synchronized first.</summary>
    public static TagInvalidationReply? Parse(RedisResult reply) =>
        reply.Length == 3 && EpochStamp.TryParse((byte[]?)reply[0], out var before) && EpochStamp.TryParse((byte[]?)reply[1], out var after)
            ? new TagInvalidationReply(before, after, (long)reply[2])
            : null;
}

/// <summary>The stamps before and after tag invalidations were raised, and the floor below the tag invalidations that are left.</summary>
internal sealed record TagInvalidationReply(EpochStamp Before, EpochStamp After, long Floor);
