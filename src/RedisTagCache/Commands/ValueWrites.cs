using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>Writes of one partition's values, each as one script, which may write several. The keys of these scripts are the same, and their arguments differ.</summary>
/// <param name="partition">The partition.</param>
/// <param name="versions">The texts of versions.</param>
/// <param name="script">The script.</param>
/// <param name="sharedArguments">How many arguments all entries share.</param>
/// <param name="ownArguments">How many arguments each entry has.</param>
internal abstract class ValueWrites(Partition partition, VersionText versions, EmbeddedScript script, int sharedArguments, int ownArguments)
    : RequestBatcher<ValueWriteRequest, FillReply>
{
    private const int BeforeEntries = 5;

    /// <summary>With entries of less than <see cref="RedisCommands.LargeFrom"/>: the server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

    protected Partition Partition => partition;

    /// <summary>Writes an entry.</summary>
    /// <param name="database">Where.</param>
    /// <param name="location">The entry and its lease.</param>
    /// <param name="envelope">The entry. It must not change before the write is done, nor ever after one that was given up.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation of the value began, in evictions.</param>
    /// <param name="owner">The owner of the lease; empty without one.</param>
    /// <param name="startedAt">When the computation began, in removals.</param>
    public ValueTask<FillReply> WriteAsync(
        IDatabase database, in EntryLocation location, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp version, string owner = "", long startedAt = 0)
    {
        var write = ValueWriteRequest.Take(database, location.Key);
        (write.Location, write.Envelope, write.TimeToLive, write.Version, write.Owner, write.StartedAt) = (location, envelope, timeToLive, versions.Of(version), owner, startedAt);
        return SubmitAsync(write);
    }

    /// <summary>Adds the arguments that all entries share.</summary>
    protected abstract void AddShared(Span<RedisKeyOrValue> arguments);

    /// <summary>Adds the arguments of an entry.</summary>
    protected abstract void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write);

    protected override Task<RespResult> SendAsync(ValueWriteRequest first, int count, bool isKnown)
    {
        var arguments = BeforeEntries + (2 * count);
        var room = RequestArguments.Take(arguments + sharedArguments + (ownArguments * count));
        var parts = room.Span;
        (parts[0], parts[1]) = (isKnown ? script.HashText : (RedisValue)script.Text, (RedisValue)(arguments - 2));
        (parts[2], parts[3], parts[4]) = (partition.Epoch, partition.Removals, partition.NothingStaged);
        AddShared(parts[arguments..]);
        var (key, own) = (BeforeEntries, arguments + sharedArguments);
        for (var write = first; write is not null; write = write.Next)
        {
            (parts[key], parts[key + 1]) = (write.Location.Key, write.Location.Lease);
            Add(parts[own..], write);
            (key, own) = (key + 2, own + ownArguments);
        }

        var reply = first.Database.ExecuteRespAsync(isKnown ? "EVALSHA" : "EVAL", room, CommandFlags.DemandMaster);
        parts.Clear(); // the entries belong to their writers
        return reply;
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}
