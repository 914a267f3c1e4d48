using RESPite.Messages;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>Writes of one partition's entries with tags, each as one <see cref="EntrySetScript"/>, which may store several.</summary>
internal sealed class EntryWrites(Partition partition, VersionText versions) : RequestBatcher<EntryWrite, (bool Stored, EpochStamp? Stamp)>
{
    /// <summary>The server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

    protected override int MaxBytesTogether => StagedEntry.MaxBytesTogether;

    /// <summary>Stores an entry, unless its value may be older than what Redis remembers.</summary>
    /// <param name="database">Where.</param>
    /// <param name="key">The entry's key.</param>
    /// <param name="envelope">The entry. It must not change before the write is done, nor ever after one that was given up.</param>
    /// <param name="timeToLive">Milliseconds; zero for none.</param>
    /// <param name="token">When the value began, in evictions.</param>
    public ValueTask<(bool Stored, EpochStamp? Stamp)> WriteAsync(
        IDatabase database, in RedisKey key, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token)
    {
        var write = EntryWrite.Take(database, key);
        (write.Envelope, write.TimeToLive, write.Token) = (envelope, timeToLive, versions.Of(token));
        write.Staged = StagedEntry.KeyOf(partition, envelope);
        return SubmitAsync(write);
    }

    protected override Task SendAsync(EntryWrite first, int count, CommandForm form)
    {
        var staging = StagedEntry.StageAll<EntryWrite, (bool Stored, EpochStamp? Stamp)>(first, out var staged);
        var room = RequestArguments.Take(EntrySetScript.Count(count, staged));
        EntrySetScript.Begin(room.Span, partition.Epoch, count, staged, isByHash: !form.WithText);
        var (index, nextStaged) = (0, 0);
        for (var write = first; write is not null; write = write.Next)
        {
            EntrySetScript.Set(room.Span, count, staged, index++, write.Key, write.Sent, write.TimeToLive, write.Token);
            if (write.Staged is { } key)
                EntrySetScript.SetStaged(room.Span, count, nextStaged++, key);
        }

        var reply = BatchCommand.SendAsync(first.Database, form.Eval, room, form.IsRedirected);
        room.Span.Clear(); // the entries belong to their writers
        return StagedEntry.AfterAsync(staging, reply, isAlone: count == 1);
    }

    protected override void Read(EntryWrite first, int count, RespReader reply)
    {
        var reader = BatchReply.Begin(reply, 1 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        for (var write = first; write is not null; write = write.Next)
            write.AnswerWith(BatchReply.NextVerdict(ref reader), stamp);
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}

/// <summary>One write of an entry.</summary>
internal sealed class EntryWrite : EnvelopeRequest<EntryWrite, (bool Stored, EpochStamp? Stamp)>
{
    public RedisValue Token { get; set; }

    public void AnswerWith(bool isStored, EpochStamp? stamp) => Replied((isStored, stamp));

    protected override void Clear()
    {
        base.Clear();
        Token = default;
    }
}

/// <summary>The last version that was sent to a partition, as text. Until the next eviction, all writes have the same.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class VersionText
{
    private Entry? _last;

    /// <summary>Returns the text of a version.</summary>
    public RedisValue Of(in EpochStamp version)
    {
        if (Volatile.Read(ref _last) is { } last && last.Version == version)
            return last.Text;
        var entry = new Entry(version, version.ToString());
        Volatile.Write(ref _last, entry);
        return entry.Text;
    }

    private sealed record Entry(EpochStamp Version, RedisValue Text);
}

/// <summary>Writes of one partition's values, each as one script, which may write several. The keys of these scripts are the same, and their arguments differ.</summary>
/// <param name="partition">The partition.</param>
/// <param name="versions">The texts of versions.</param>
/// <param name="script">The script.</param>
/// <param name="sharedArguments">How many arguments all entries share.</param>
/// <param name="ownArguments">How many arguments each entry has.</param>
internal abstract class ValueWrites(Partition partition, VersionText versions, EmbeddedScript script, int sharedArguments, int ownArguments)
    : RequestBatcher<ValueWriteRequest, FillReply>
{
    private const int BeforeEntries = 4;

    /// <summary>The server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

    protected override int MaxBytesTogether => StagedEntry.MaxBytesTogether;

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
        write.Staged = StagedEntry.KeyOf(partition, envelope);
        return SubmitAsync(write);
    }

    /// <summary>Adds the arguments that all entries share.</summary>
    protected abstract void AddShared(Span<RedisKeyOrValue> arguments);

    /// <summary>Adds the arguments of an entry.</summary>
    protected abstract void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write);

    protected override Task SendAsync(ValueWriteRequest first, int count, CommandForm form)
    {
        var staging = StagedEntry.StageAll<ValueWriteRequest, FillReply>(first, out var staged);
        var nextStaged = BeforeEntries + (2 * count);
        var arguments = nextStaged + staged;
        var room = RequestArguments.Take(arguments + sharedArguments + (ownArguments * count));
        var parts = room.Span;
        (parts[0], parts[1]) = (form.WithText ? (RedisValue)script.Text : script.HashText, (RedisValue)(arguments - 2));
        (parts[2], parts[3]) = (partition.Epoch, partition.Removals);
        AddShared(parts[arguments..]);
        var (key, own) = (BeforeEntries, arguments + sharedArguments);
        for (var write = first; write is not null; write = write.Next)
        {
            (parts[key], parts[key + 1]) = (write.Location.Key, write.Location.Lease);
            Add(parts[own..], write);
            (key, own) = (key + 2, own + ownArguments);
            if (write.Staged is { } stagedKey)
                parts[nextStaged++] = stagedKey;
        }

        var reply = BatchCommand.SendAsync(first.Database, form.Eval, room, form.IsRedirected);
        parts.Clear(); // the entries belong to their writers
        return StagedEntry.AfterAsync(staging, reply, isAlone: count == 1);
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}

/// <summary>Writes of what was computed, which give the leases back.</summary>
internal sealed class ValueFills(Partition partition, VersionText versions) : ValueWrites(partition, versions, EntryFillScript.Script, sharedArguments: 1, ownArguments: 5)
{
    protected override void AddShared(Span<RedisKeyOrValue> arguments) => arguments[0] = Partition.Publish;

    protected override void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write)
    {
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)write.Sent, (RedisValue)write.TimeToLive, write.Version);
        (arguments[3], arguments[4]) = ((RedisValue)write.Owner, (RedisValue)write.StartedAt);
    }

    protected override void Read(ValueWriteRequest first, int count, RespReader reply)
    {
        var reader = BatchReply.Begin(reply, 2 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        var removal = BatchReply.NextNumber(ref reader);
        for (var write = first; write is not null; write = write.Next)
            write.AnswerWith(new FillReply(BatchReply.NextVerdict(ref reader), stamp, removal));
    }
}

/// <summary>Overwrites, which are numbered and announced in one message. If a value may be older than what Redis remembers, the old one is removed all the same.</summary>
internal sealed class ValueOverwrites(Partition partition, VersionText versions) : ValueWrites(partition, versions, EntryOverwriteScript.Script, sharedArguments: 3, ownArguments: 3)
{
    protected override void AddShared(Span<RedisKeyOrValue> arguments) =>
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)RemovalsSyncScript.Retention, (RedisValue)RemovalsSyncScript.Cap, Partition.Publish);

    protected override void Add(Span<RedisKeyOrValue> arguments, ValueWriteRequest write) =>
        (arguments[0], arguments[1], arguments[2]) = ((RedisValue)write.Sent, (RedisValue)write.TimeToLive, write.Version);

    protected override void Read(ValueWriteRequest first, int count, RespReader reply)
    {
        var reader = BatchReply.Begin(reply, 3 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        var number = BatchReply.NextNumber(ref reader);
        var before = BatchReply.NextNumber(ref reader);
        for (var write = first; write is not null; write = write.Next, (before, number) = (number, number + 1))
            write.AnswerWith(new FillReply(BatchReply.NextVerdict(ref reader), stamp, number, before));
    }
}

/// <summary>One write of a value: what was computed under a lease, or an overwrite.</summary>
internal sealed class ValueWriteRequest : EnvelopeRequest<ValueWriteRequest, FillReply>
{
    public EntryLocation Location { get; set; }

    public RedisValue Version { get; set; }

    /// <summary>Gets or sets the owner of the lease. Empty without one.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Gets or sets when the computation began, in removals.</summary>
    public long StartedAt { get; set; }

    public void AnswerWith(in FillReply reply) => Replied(reply);

    protected override void Clear()
    {
        base.Clear();
        (Location, Version, Owner) = (default, default, "");
    }
}
