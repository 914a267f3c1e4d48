using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>Writes of one partition's entries with tags, each as one <see cref="EntrySetScript"/>, which may store several.</summary>
internal sealed class EntryWrites(Partition partition, VersionText versions) : RequestBatcher<EntryWrite, (bool Stored, EpochStamp? Stamp)>
{
    /// <summary>With entries of less than <see cref="RedisCommands.LargeFrom"/>: the server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

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
        return SubmitAsync(write);
    }

    protected override Task<RespResult> SendAsync(EntryWrite first, int count, bool isKnown)
    {
        var room = RequestArguments.Take(EntrySetScript.Count(count));
        EntrySetScript.Begin(room.Span, partition.Epoch, count, isKnown);
        for (var (i, write) = (0, (EntryWrite?)first); write is not null; write = write.Next)
            EntrySetScript.Set(room.Span, count, i++, write.Key, write.Envelope, write.TimeToLive, write.Token);
        var reply = first.Database.ExecuteRespAsync(isKnown ? "EVALSHA" : "EVAL", room, CommandFlags.DemandMaster);
        room.Span.Clear(); // the entries belong to their writers
        return reply;
    }

    protected override void Read(EntryWrite first, int count, RespResult reply)
    {
        var reader = BatchReply.Begin(reply, 1 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        for (var write = first; write is not null; write = write.Next)
            write.AnswerWith(BatchReply.NextVerdict(ref reader), stamp);
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}

/// <summary>One write of an entry.</summary>
internal sealed class EntryWrite : BatchedRequest<EntryWrite, (bool Stored, EpochStamp? Stamp)>
{
    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    public RedisValue Token { get; set; }

    public void AnswerWith(bool isStored, EpochStamp? stamp) => Answer((isStored, stamp));

    protected override void Clear() => (Envelope, Token) = (default, default);
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
