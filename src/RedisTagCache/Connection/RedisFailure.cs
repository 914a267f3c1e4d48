using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Distinguishes failures of Redis from errors of the program.</summary>
internal static class RedisFailure
{
    private static readonly string[] _momentaryErrors = ["TRYAGAIN", "MOVED", "ASK", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "LOADING"];

    /// <summary>TRYAGAIN is not one of them: the keys of one command are on two servers, and both respond.</summary>
    private static readonly string[] _outageErrors = ["LOADING", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "BUSY"];

    /// <summary>
    /// Whether the exception says that Redis could not serve the call, whatever the reason; a reply of another shape than expected is one. Casts, formats and
    /// disposed objects are not: they are errors of this library or of the application, unless <see cref="RedisConnection.IsClosing"/> says otherwise.
    /// </summary>
    public static bool IsRedis(Exception e) =>
        e is RedisException or RedisCommandException or RedisTagCacheUnavailableException or TimeoutException or OperationCanceledException;

    /// <summary>Whether it says that Redis is unavailable for all callers, which counts towards opening the circuit. An error about one command does not.</summary>
    public static bool IsOutage(Exception e) => e switch
    {
        OperationCanceledException or UnexpectedReplyException => false,
        RedisServerException server => _outageErrors.Any(error => server.Message.StartsWith(error, StringComparison.Ordinal)),
        _ => IsRedis(e),
    };

    /// <summary>Whether the server has answered that it did not do it.</summary>
    public static bool IsRefusal(Exception e) => e is RedisServerException;

    /// <summary>Whether a server refused it, without having done anything, for a moment: its slot is being moved, or it has just become, or is no longer, the primary.</summary>
    public static bool IsMomentary(RedisServerException e) => _momentaryErrors.Any(error => e.Message.StartsWith(error, StringComparison.Ordinal));

    /// <summary>Whether trying again in a moment may help: the connection was lost before an answer came, or there is none just now.</summary>
    public static bool IsTransient(Exception e) =>
        e is RedisConnectionException or RedisTagCacheUnavailableException || (e is RedisServerException server && (IsOutage(server) || IsMomentary(server)));
}

/// <summary>A reply of another shape than the command gives: what answers is no Redis, or a proxy has changed it.</summary>
internal sealed class UnexpectedReplyException(string message, Exception? innerException = null) : RedisException(message, innerException!);
