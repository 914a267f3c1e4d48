using System.Buffers;
using System.Buffers.Text;
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
    public static RespReader Begin(RespReader reply, int values) => !reply.IsNull && reply.IsAggregate && reply.AggregateLength() == values
        ? reply
        : throw new UnexpectedReplyException("A command gave another number of values than it was asked for.");

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

/// <summary>How a command is sent.</summary>
/// <param name="WithText">Whether the text of its script is sent, because the server does not know the script.</param>
/// <param name="IsRedirected">Whether a server has answered that another one has the keys.</param>
internal readonly record struct CommandForm(bool WithText, bool IsRedirected)
{
    /// <summary>Gets the name of the command that runs a script.</summary>
    public string Eval => WithText ? "EVAL" : "EVALSHA";
}

/// <summary>
/// A command for some requests. The client's fastest form of a command cannot be sent twice: where a cluster redirects it, the client breaks off its connection, and with it whatever else is
/// on its way there. So it is told not to follow, and what a server redirects is sent in the client's other form.
/// </summary>
internal static class BatchCommand
{
    private const int MaxNumberLength = 20;

    private static ReadOnlySpan<byte> EndOfLine => "\r\n"u8;

    private static ReadOnlySpan<byte> None => "$-1\r\n"u8;

    /// <summary>Sends a command.</summary>
    /// <param name="database">Where.</param>
    /// <param name="command">Its name.</param>
    /// <param name="parts">Its keys and arguments. They may change after the call.</param>
    /// <param name="isRedirected">Whether a server has answered that another one has the keys: see <see cref="RedisFailure.IsRedirection"/>.</param>
    /// <returns>The reply: a <see cref="RespResult"/>, or a <see cref="RedisResult"/> if it was redirected.</returns>
    public static Task SendAsync(IDatabase database, string command, ReadOnlyMemory<RedisKeyOrValue> parts, bool isRedirected) => isRedirected
        ? database.ExecuteAsync(command, Copy(parts.Span), CommandFlags.DemandMaster)
        : database.ExecuteRespAsync(command, parts, CommandFlags.DemandMaster | CommandFlags.NoRedirect);

    /// <summary>Opens the reply of a command that succeeded.</summary>
    /// <returns>Its buffer, if that goes back to a pool.</returns>
    public static IDisposable? Open(Task reply, out RespReader reader)
    {
        if (reply is Task<RespResult> { Result: var result })
        {
            reader = result.Read();
            return result;
        }

        var bytes = new ArrayBufferWriter<byte>();
        Write(bytes, ((Task<RedisResult>)reply).Result);
        reader = new RespReader(bytes.WrittenSpan);
        reader.MoveNext();
        return null;
    }

    private static object[] Copy(ReadOnlySpan<RedisKeyOrValue> parts)
    {
        var copy = new object[parts.Length];
        for (var i = 0; i < copy.Length; i++)
            copy[i] = parts[i].IsKey ? (object)parts[i].Key : parts[i].Value;
        return copy;
    }

    private static void Write(ArrayBufferWriter<byte> to, RedisResult reply)
    {
        if (reply.IsNull)
        {
            to.Write(None);
        }
        else if (reply.Resp2Type == ResultType.Array)
        {
            WriteNumber(to, (byte)'*', reply.Length);
            for (var i = 0; i < reply.Length; i++)
                Write(to, reply[i]);
        }
        else if (reply.Resp2Type == ResultType.Integer)
        {
            WriteNumber(to, (byte)':', (long)reply);
        }
        else
        {
            var text = (byte[])reply!;
            WriteNumber(to, (byte)'$', text.Length);
            to.Write(text);
            to.Write(EndOfLine);
        }
    }

    private static void WriteNumber(ArrayBufferWriter<byte> to, byte kind, long number)
    {
        var room = to.GetSpan(1 + MaxNumberLength + EndOfLine.Length);
        room[0] = kind;
        Utf8Formatter.TryFormat(number, room[1..], out var length);
        EndOfLine.CopyTo(room[(1 + length)..]);
        to.Advance(1 + length + EndOfLine.Length);
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
