using System.Buffers;
using RESPite.Messages;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>What Redis answers to requests that travel together: a list. Entries are not copied: they lie in the pooled buffer that the reply was read into.</summary>
internal static class BatchReply
{
    private const int LongestStamp = 64;

    /// <summary>Stands before the first value.</summary>
    /// <exception cref="RedisException">It is another reply.</exception>
    public static RespReader Begin(RespResult reply, int values)
    {
        var reader = reply.Read();
        return !reader.IsNull && reader.IsAggregate && reader.AggregateLength() == values
            ? reader
            : throw new RedisException("A command gave another number of values than it was asked for.");
    }

    /// <summary>A key of another type is none either.</summary>
    public static IMemoryOwner<byte>? NextEntry(ref RespReader reader)
    {
        MoveToScalar(ref reader);
        return reader.IsNull ? null : reader.ReadLease();
    }

    public static bool NextFlag(ref RespReader reader)
    {
        MoveToScalar(ref reader);
        return reader.TryReadInt64(out var flag) && flag is 0 or 1
            ? flag == 1
            : throw new RedisException("A command gave something that is neither yes nor no.");
    }

    public static EpochStamp? NextStamp(ref RespReader reader)
    {
        reader.MoveNext();
        if (reader.IsNull || !reader.IsScalar || reader.ScalarLength() > LongestStamp)
            return null;
        Span<byte> text = stackalloc byte[LongestStamp];
        return EpochStamp.TryParse(text[..reader.CopyTo(text)], out var stamp) ? stamp : null;
    }

    private static void MoveToScalar(ref RespReader reader)
    {
        reader.MoveNext();
        if (!reader.IsScalar)
            throw new RedisException("A command gave something that is no value.");
    }
}
