using System.Buffers;
using RESPite.Messages;
using RedisTagCache.Connection;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands.Batching;

/// <summary>What Redis answers to requests that travel together: a list.</summary>
internal static class BatchReply
{
    /// <summary>Stands before the first value.</summary>
    /// <exception cref="UnexpectedReplyException">It is another reply.</exception>
    public static RespReader Begin(RespResult reply, int values)
    {
        var reader = reply.Read();
        return !reader.IsNull && reader.IsAggregate && reader.AggregateLength() == values
            ? reader
            : throw new UnexpectedReplyException("A command gave another number of values than it was asked for.");
    }

    /// <summary>Reads an entry; a key of another type is none either.</summary>
    /// <param name="reader">The reply.</param>
    /// <param name="isShared">
    /// Whether the reply brings others: then the entry is copied out, so that it does not hold their bytes. One that comes alone stays in the pooled buffer that the
    /// reply was read into.
    /// </param>
    public static IMemoryOwner<byte>? NextEntry(ref RespReader reader, bool isShared)
    {
        MoveToScalar(ref reader);
        if (reader.IsNull)
            return null;
        if (!isShared)
            return reader.ReadLease();
        var entry = new PooledEntry(reader.ScalarLength());
        reader.CopyTo(entry.Memory.Span);
        return entry;
    }

    public static bool NextVerdict(ref RespReader reader)
    {
        MoveToScalar(ref reader);
        return reader.TryReadInt64(out var verdict) && verdict is (long)ScriptVerdict.Rejected or (long)ScriptVerdict.Done
            ? verdict == (long)ScriptVerdict.Done
            : throw new UnexpectedReplyException("A command gave something that is neither yes nor no.");
    }

    /// <summary>Reads the verdict of a lease request.</summary>
    /// <param name="reader">The reply.</param>
    /// <param name="isShared">Whether the reply answers others too. One that was alone and failed has no reply.</param>
    public static LeaseVerdict NextLeaseVerdict(ref RespReader reader, bool isShared)
    {
        MoveToScalar(ref reader);
        return reader.TryReadInt64(out var verdict) && verdict >= 0 && verdict < (long)LeaseVerdict.Unavailable + (isShared ? 1 : 0)
            ? (LeaseVerdict)verdict
            : throw new UnexpectedReplyException("A command gave something that is no verdict.");
    }

    /// <summary>Reads a number of milliseconds; less than none counts as none.</summary>
    public static TimeSpan NextTime(ref RespReader reader)
    {
        MoveToScalar(ref reader);
        return reader.TryReadInt64(out var milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, int.MaxValue))
            : throw new UnexpectedReplyException("A command gave something that is no time.");
    }

    /// <summary>Reads a number of the log of removals: engines write a score in different ways.</summary>
    public static long NextNumber(ref RespReader reader)
    {
        MoveToScalar(ref reader);
        return reader.TryReadDouble(out var number) && number is >= 0 and < long.MaxValue
            ? (long)number
            : throw new UnexpectedReplyException("A command gave something that is no number.");
    }

    public static EpochStamp? NextStamp(ref RespReader reader)
    {
        reader.MoveNext();
        if (reader.IsNull || !reader.IsScalar || reader.ScalarLength() > EpochStamp.MaxLength)
            return null;
        Span<byte> text = stackalloc byte[EpochStamp.MaxLength];
        return EpochStamp.TryParse(text[..reader.CopyTo(text)], out var stamp) ? stamp : null;
    }

    private static void MoveToScalar(ref RespReader reader)
    {
        reader.MoveNext();
        if (!reader.IsScalar)
            throw new UnexpectedReplyException("A command gave something that is no value.");
    }
}

/// <summary>An entry copied out of a reply that also answers other reads, so that holding it does not hold their bytes.</summary>
internal sealed class PooledEntry(int length) : IMemoryOwner<byte>
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(length);

    public Memory<byte> Memory => new(_buffer ?? throw new ObjectDisposedException(nameof(PooledEntry)), 0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
