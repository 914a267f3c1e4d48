using RedisTagCache.Commands.Batching;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

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
