using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>Overwrites of one partition's entries, each as one <see cref="EntryOverwriteScript"/>, which may overwrite several and announces them in one message.</summary>
internal sealed class EntryOverwrites(Partition partition, VersionText versions) : RequestBatcher<EntryOverwrite, FillReply>
{
    /// <summary>With entries of less than <see cref="RedisCommands.LargeFrom"/>: the server does nothing else in that time.</summary>
    protected override int MaxTogether => 16;

    /// <summary>Overwrites an entry. If its value may be older than what Redis remembers, the old one is removed all the same.</summary>
    /// <param name="database">Where.</param>
    /// <param name="location">The entry and its lease.</param>
    /// <param name="envelope">The entry. It must not change before the write is done, nor ever after one that was given up.</param>
    /// <param name="timeToLive">Milliseconds.</param>
    /// <param name="version">When the computation of the value began, in evictions.</param>
    public ValueTask<FillReply> WriteAsync(IDatabase database, in EntryLocation location, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp version)
    {
        var write = EntryOverwrite.Take(database, location.Key);
        (write.Location, write.Envelope, write.TimeToLive, write.Version) = (location, envelope, timeToLive, versions.Of(version));
        return SubmitAsync(write);
    }

    protected override Task<RespResult> SendAsync(EntryOverwrite first, int count, bool isKnown)
    {
        var room = RequestArguments.Take(EntryOverwriteScript.Count(count));
        EntryOverwriteScript.Begin(room.Span, partition, count, isKnown);
        for (var (i, write) = (0, (EntryOverwrite?)first); write is not null; write = write.Next)
            EntryOverwriteScript.Set(room.Span, count, i++, write.Location, write.Envelope, write.TimeToLive, write.Version);
        var reply = first.Database.ExecuteRespAsync(isKnown ? "EVALSHA" : "EVAL", room, CommandFlags.DemandMaster);
        room.Span.Clear(); // the entries belong to their writers
        return reply;
    }

    protected override void Read(EntryOverwrite first, int count, RespResult reply)
    {
        var reader = BatchReply.Begin(reply, 3 + count);
        var stamp = BatchReply.NextStamp(ref reader);
        var number = BatchReply.NextNumber(ref reader);
        var before = BatchReply.NextNumber(ref reader);
        for (var write = first; write is not null; write = write.Next, (before, number) = (number, number + 1))
            write.Answer(new FillReply(BatchReply.NextVerdict(ref reader), stamp, number, before));
    }

    protected override bool IsUnknown(Exception failure) => failure is RedisServerException refusal && ScriptCall.IsUnknownScript(refusal);
}
