using RedisTagCache.Leases;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Grants the right to compute a key's value to one instance of the fleet.</summary>
internal static class LeaseAcquireScript
{
    /// <summary>In place of an identity: the caller did not look the entry up.</summary>
    public static readonly byte[] NotLooked = "*"u8.ToArray();

    public static readonly EmbeddedScript Script = EmbeddedScript.Load("lease_acquire");
    public static readonly string[] KeyNames = ["lease", "entry", "epoch", "removals"];
    public static readonly string[] ArgumentNames = ["owner", "duration", "identity", "patient"];

    public static ScriptCall Call(in EntryLocation address, string owner, TimeSpan duration, ReadOnlyMemory<byte> identity, bool isPatient) => new(
        Script,
        [address.Lease, address.Key, address.Partition.Epoch, address.Partition.Removals],
        [owner, (long)duration.TotalMilliseconds, identity, isPatient ? 1 : 0]);

    public static LeaseReply Parse(RedisResult reply)
    {
        var parts = ScriptReply.Parts(reply, least: 4);
        return new LeaseReply(
            (LeaseVerdict)(int)parts[0], ScriptReply.Stamp(parts[1]), (long)(double)parts[2], TimeSpan.FromMilliseconds(Math.Clamp((long)parts[3], 0, int.MaxValue)));
    }
}

/// <summary>Whether the caller may compute the value, and what a value that is started now must carry.</summary>
internal sealed record LeaseReply(LeaseVerdict Verdict, EpochStamp? Stamp, long Removal, TimeSpan Left);

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

    /// <summary>Redis did not respond.</summary>
    Unavailable = 5,
}
