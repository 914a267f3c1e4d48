using RedisTagCache.Connection;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Specifies whether a script did what it was asked to do. The scripts in lua/ have the same numbers.</summary>
internal enum ScriptVerdict
{
    /// <summary>It was not done, because something has changed since the caller last looked.</summary>
    Rejected = 0,

    /// <summary>It was done.</summary>
    Done = 1,
}

/// <summary>Reads the replies of scripts.</summary>
internal static class ScriptReply
{
    /// <summary>Reads a reply.</summary>
    /// <exception cref="UnexpectedReplyException">It is of another shape. What else fails is an error of this library.</exception>
    public static T Read<T>(RedisResult reply, Func<RedisResult, T> parse)
    {
        try
        {
            return parse(reply);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new UnexpectedReplyException("Redis returned a reply of another shape than the script has.", e);
        }
    }

    /// <summary>The parts of a reply that has at least so many.</summary>
    /// <exception cref="InvalidCastException">It has not: what answers is no Redis.</exception>
    public static RedisValue[] Parts(RedisResult reply, int least) =>
        (RedisValue[]?)reply is { } parts && parts.Length >= least ? parts : throw new InvalidCastException("A script gave another reply than it has.");

    public static bool IsDone(RedisValue verdict) => (int)verdict == (int)ScriptVerdict.Done;

    public static bool IsDone(RedisResult verdict) => (int)verdict == (int)ScriptVerdict.Done;

    /// <summary>The stamp in a part; nothing when there is none.</summary>
    public static EpochStamp? Stamp(RedisValue part) => EpochStamp.TryParse(((ReadOnlyMemory<byte>)part).Span, out var stamp) ? stamp : null;
}
