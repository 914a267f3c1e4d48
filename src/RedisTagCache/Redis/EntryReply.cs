using System.Buffers;
using RESPite.Messages;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>What <c>MGET entry epoch</c> answers. The entry is not copied: it lies in the pooled buffer that its reply was read into.</summary>
internal static class EntryReply
{
    private const int LongestStamp = 64;

    /// <exception cref="RedisException">It is another reply.</exception>
    public static (IMemoryOwner<byte>? Entry, EpochStamp? Stamp) Parse(RespResult reply)
    {
        var reader = reply.Read();
        if (reader.IsNull || !reader.IsAggregate || reader.AggregateLength() != 2)
            throw NoPair();
        reader.MoveNext();
        if (!reader.IsScalar)
            throw NoPair();
        IMemoryOwner<byte>? entry = reader.IsNull ? null : reader.ReadLease(); // a key of another type is none either
        reader.MoveNext();
        return (entry, ReadStamp(reader));
    }

    private static EpochStamp? ReadStamp(in RespReader reader)
    {
        if (reader.IsNull || !reader.IsScalar || reader.ScalarLength() > LongestStamp)
            return null;
        Span<byte> text = stackalloc byte[LongestStamp];
        return EpochStamp.TryParse(text[..reader.CopyTo(text)], out var stamp) ? stamp : null;
    }

    private static RedisException NoPair() => new("MGET gave no pair.");
}
