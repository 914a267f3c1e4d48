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

/// <summary>Writes of what was computed, which give the leases back.</summary>
internal sealed class ValueFills(Partition partition, VersionText versions) : ValueWrites(partition, versions, EntryFillScript.Script, sharedArguments: 1, ownArguments: 5)
{
    protected override void AddShared(Span<RedisKeyOrValue> arguments) => arguments[0] = Partition.Publish;

    protected override void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write)
    {
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)write.Envelope, (RedisValue)write.TimeToLive, write.Version);
        (arguments[3], arguments[4]) = ((RedisValue)write.Owner, (RedisValue)write.StartedAt);
    }

    protected override void Read(ValueWriteRequest first, int count, RespResult reply)
    {
        var reader = BatchReply.Begin(reply, 2 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        var removal = BatchReply.NextNumber(ref reader);
        for (var write = first; write is not null; write = write.Next)
            write.Answer(new FillReply(BatchReply.NextVerdict(ref reader), stamp, removal));
    }
}

/// <summary>Overwrites, which are numbered and announced in one message. If a value may be older than what Redis remembers, the old one is removed all the same.</summary>
internal sealed class ValueOverwrites(Partition partition, VersionText versions) : ValueWrites(partition, versions, EntryOverwriteScript.Script, sharedArguments: 3, ownArguments: 3)
{
    protected override void AddShared(Span<RedisKeyOrValue> arguments) =>
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)RemovalsSyncScript.Retention, (RedisValue)RemovalsSyncScript.Cap, Partition.Publish);

    protected override void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write) =>
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)write.Envelope, (RedisValue)write.TimeToLive, write.Version);

    protected override void Read(ValueWriteRequest first, int count, RespResult reply)
    {
        var reader = BatchReply.Begin(reply, 3 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        var number = BatchReply.NextNumber(ref reader);
        var before = BatchReply.NextNumber(ref reader);
        for (var write = first; write is not null; write = write.Next, (before, number) = (number, number + 1))
            write.Answer(new FillReply(BatchReply.NextVerdict(ref reader), stamp, number, before));
    }
}

/// <summary>One write of a value: what was computed under a lease, or an overwrite.</summary>
internal sealed class ValueWriteRequest : BatchedRequest<ValueWriteRequest, FillReply>
{
    public EntryLocation Location { get; set; }

    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    public RedisValue Version { get; set; }

    /// <summary>Gets or sets the owner of the lease. Empty without one.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Gets or sets when the computation began, in removals.</summary>
    public long StartedAt { get; set; }

    protected override void Clear() => (Location, Envelope, Version, Owner) = (default, default, default, "");
}
