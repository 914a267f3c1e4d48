using RedisTagCache.Leases;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Grants the right to compute a key's value to one instance of the fleet: for several requests at once.</summary>
internal static class LeaseAcquireScript
{
    /// <summary>In place of an identity: the caller did not look the entry up.</summary>
    public static readonly byte[] NotLooked = "*"u8.ToArray();

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_acquire");
    public static readonly string[] KeyNames = ["epoch", "removals", "entry...", "lease..."];
    public static readonly string[] ArgumentNames = ["owner...", "duration...", "identity...", "patient..."];

    private const int BeforeRequests = 4;

    /// <summary>How many parts the command has for so many requests.</summary>
    public static int Count(int requests) => BeforeRequests + (requests * 6);

    /// <summary>How many values the reply has for so many requests.</summary>
    public static int ReplyCount(int requests) => 2 + (requests * 2);

    /// <summary>The parts of the command before its requests: the script's hash, or its text, and the keys that all share.</summary>
    public static void Begin(Span<RedisKeyOrValue> parts, Partition partition, int requests, bool isByHash)
    {
        (parts[0], parts[1]) = (isByHash ? Script.HashText : (RedisValue)Script.Text, (RedisValue)(2 + (2 * requests)));
        (parts[2], parts[3]) = (partition.Epoch, partition.Removals);
    }

    /// <summary>The parts of the command for one of its requests.</summary>
    public static void Set(
        Span<RedisKeyOrValue> parts, int requests, int index, in EntryLocation location, string owner, TimeSpan duration, ReadOnlyMemory<byte> identity, bool isPatient)
    {
        var keys = parts[(BeforeRequests + (2 * index))..];
        (keys[0], keys[1]) = (location.Key, location.Lease);
        var arguments = parts[(BeforeRequests + (2 * requests) + (4 * index))..];
        (arguments[0], arguments[1]) = ((RedisValue)owner, (RedisValue)(long)duration.TotalMilliseconds);
        (arguments[2], arguments[3]) = ((RedisValue)identity, (RedisValue)(isPatient ? 1 : 0));
    }
}

/// <summary>Whether the caller may compute the value, and what a value that is started now must carry.</summary>
internal readonly record struct LeaseReply(LeaseVerdict Verdict, EpochStamp? Stamp, long Removal, TimeSpan Left);

/// <summary>Specifies the result of a lease request. <c>lua/lease_acquire.lua</c> has the same numbers, and so has <see cref="CacheLeaseState"/>.</summary>
internal enum LeaseVerdict
{
    /// <summary>Another caller has it.</summary>
    Taken = 0,

    /// <summary>The caller has it.</summary>
    Granted = 1,

    /// <summary>No caller has it, and callers that have an old value must wait a moment, because the last attempt failed.</summary>
    Paused = 2,

    /// <summary>The entry is not the one that the caller found: look it up again.</summary>
    Changed = 3,

    /// <summary>None is needed: the last value was not stored.</summary>
    NotNeeded = 4,

    /// <summary>Redis did not respond. Within a script: the request failed.</summary>
    Unavailable = 5,
}
