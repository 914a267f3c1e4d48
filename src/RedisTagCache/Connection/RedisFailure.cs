using System.Net.Sockets;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Distinguishes failures of Redis from errors of the program.</summary>
internal static class RedisFailure
{
    private const string Unfollowed = "not reachable at this point of time"; // with details, an address and a slot stand before it
    private static readonly string[] _momentaryErrors = ["TRYAGAIN", "MOVED", "ASK", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "LOADING"];
    private static readonly string[] _redirections = ["Key has MOVED", "MOVED", "ASK"];

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

    /// <summary>
    /// Whether a server of a cluster has answered, without having done anything, that another one has the keys, and the client was told not to follow. For a slot that is being moved, the client says
    /// instead that it cannot reach the other server.
    /// </summary>
    public static bool IsRedirection(Exception e) => e switch
    {
        RedisServerException => Array.Exists(_redirections, start => e.Message.StartsWith(start, StringComparison.Ordinal)),
        RedisConnectionException => e.Message.Contains(Unfollowed, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Whether trying again in a moment may help: the connection was lost before an answer came, or there is none just now.</summary>
    public static bool IsTransient(Exception e) =>
        e is RedisConnectionException or RedisTagCacheUnavailableException || (e is RedisServerException server && (IsOutage(server) || IsMomentary(server)));
}

/// <summary>A reply of another shape than the command gives: what answers is no Redis, or a proxy has changed it.</summary>
internal sealed class UnexpectedReplyException(string message, Exception? innerException = null) : RedisException(message, innerException!);

/// <summary>Finds out why a call failed, from the nested exceptions of the client.</summary>
internal static class FailureReasons
{
    private const int Deepest = 10;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private static readonly string[] _ofPasswords = ["WRONGPASS", "NOAUTH", "invalid password", "invalid username-password"];

    /// <summary>Errors of the server whose text says nothing of what was asked.</summary>
    private static readonly string[] _harmless = ["NOPERM", "OOM", "MISCONF", "READONLY", "NOREPLICAS", "LOADING", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "TRYAGAIN"];

    public static FailureReason Of(Exception exception) => new(
        IsPassword(exception) ? "authentication failed, because the user name or the password is wrong or missing" : TextOf(exception));

    /// <summary>Whether the server refused the user.</summary>
    public static bool IsPassword(Exception? exception) =>
        Chain(exception).Any(static e => Array.Exists(_ofPasswords, word => e.Message.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether nothing listens at the address.</summary>
    public static bool IsConnectionRefused(Exception exception) => Find<SocketException>(exception) is { SocketErrorCode: SocketError.ConnectionRefused };

    /// <summary>Finds out why there is no connection, as far as the failure does not show it.</summary>
    /// <param name="failure">The failure of connecting.</param>
    /// <param name="multiplexer">The connection, if there is one that no server responds on.</param>
    /// <param name="connector">Can connect once more.</param>
    /// <param name="time">The clock.</param>
    public static async Task<RedisTagCacheUnavailableException> FindAsync(
        Exception failure, IConnectionMultiplexer? multiplexer, IRedisConnector connector, TimeProvider time)
    {
        var known = await AskAsync(failure, multiplexer, time).ConfigureAwait(false);
        if (known.InnerException is null || IsPassword(known) || IsConnectionRefused(known))
            return known;
        return await connector.DiagnoseAsync().ConfigureAwait(false) is { } cause && (IsPassword(cause) || IsConnectionRefused(cause))
            ? new RedisTagCacheUnavailableException(known.Message, cause)
            : known;
    }

    /// <summary>The client reports the reason when it runs a command.</summary>
    private static async Task<RedisTagCacheUnavailableException> AskAsync(Exception failure, IConnectionMultiplexer? multiplexer, TimeProvider time)
    {
        if (failure is not RedisTagCacheUnavailableException unavailable)
            return new RedisTagCacheUnavailableException("No connection to Redis.", failure);
        if (unavailable.InnerException is not null || multiplexer is not { IsConnected: false })
            return unavailable;
        try
        {
            var asking = multiplexer.GetDatabase().PingAsync(CommandFlags.DemandMaster);
            asking.Forget();
            await asking.WaitAsync(_patience, time).ConfigureAwait(false);
            return unavailable;
        }
        catch (Exception cause) when (cause is RedisException or TimeoutException or ObjectDisposedException)
        {
            return new RedisTagCacheUnavailableException(unavailable.Message, cause);
        }
    }

    private static string TextOf(Exception exception) =>
        Find<SocketException>(exception) is { } socket ? TextOf(socket)
        : Find<RedisServerException>(exception) is { } server ? TextOf(server)
        : Find<TimeoutException>(exception) is not null ? "no response in time"
        : Chain(exception).OfType<RedisConnectionException>().LastOrDefault() is { } connection ? TextOf(connection)
        : Chain(exception).Last() is RedisTagCacheUnavailableException own ? own.Message
        : Chain(exception).Last().GetType().Name;

    private static string TextOf(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the host name is not known",
        SocketError.TimedOut => "no response in time",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "the connection was closed",
        var other => other.ToString(),
    };

    private static string TextOf(RedisServerException e)
    {
        var code = e.Message.Split(' ', 2)[0];
        return Array.Exists(_harmless, word => word == code) ? e.Message
            : code.Length is > 0 and < 20 && code.All(char.IsAsciiLetterUpper) ? "the server answered " + code
            : "the server answered with an error";
    }

    private static string TextOf(RedisConnectionException e) => e.FailureType switch
    {
        ConnectionFailureType.AuthenticationFailure => "authentication or TLS failed",
        ConnectionFailureType.UnableToConnect => "no connection could be made",
        ConnectionFailureType.UnableToResolvePhysicalConnection => "no server is connected",
        ConnectionFailureType.SocketClosed or ConnectionFailureType.SocketFailure or ConnectionFailureType.ConnectionDisposed => "the connection was closed",
        var other => other.ToString(),
    };

    private static T? Find<T>(Exception exception)
        where T : Exception => Chain(exception).OfType<T>().LastOrDefault();

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (var depth = 0; exception is not null && depth < Deepest; depth++)
        {
            yield return exception;
            exception = exception.InnerException;
        }
    }
}
