using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

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
