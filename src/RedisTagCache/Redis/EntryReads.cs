using System.Buffers;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Reads of one partition's entries, each as <c>MGET entry epoch</c>, or without the epoch where nothing is judged by it; together as
/// <c>MGET entry entry ... epoch</c>. A reply is of one moment, however many it answers.
/// </summary>
internal sealed class EntryReads(Partition partition, bool withEpoch) : RequestBatcher<EntryRead, (IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>
{
    private readonly int _epochs = withEpoch ? 1 : 0;

    protected override int MostTogether => 64;

    /// <summary>An entry and the partition's stamp at that same moment. The entry is pooled: dispose it.</summary>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadAsync(IDatabase database, in RedisKey key)
    {
        _ = partition.Epoch; // where there is none yet, nothing is begun
        return SubmitAsync(EntryRead.Take(database, key));
    }

    protected override Task<RespResult> SendAsync(EntryRead first, int count, bool isKnown)
    {
        var keys = RequestArguments.Take(count + _epochs);
        var arguments = keys.Span;
        for (var (i, read) = (0, (EntryRead?)first); read is not null; read = read.Next)
            arguments[i++] = read.Key;
        if (withEpoch)
            arguments[count] = partition.Epoch;
        return first.Database.ExecuteRespAsync("MGET", keys, CommandFlags.DemandMaster);
    }

    protected override void Read(EntryRead first, int count, RespResult reply)
    {
        var reader = BatchReply.Begin(reply, count + _epochs);
        for (var read = first; read is not null; read = read.Next)
            read.Entry = BatchReply.NextEntry(ref reader);
        var stamp = withEpoch ? BatchReply.NextStamp(ref reader) : null;
        for (var read = first; read is not null; read = read.Next)
            read.AnswerWith(stamp);
    }
}
