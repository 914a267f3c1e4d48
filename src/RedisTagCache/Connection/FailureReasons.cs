using System.Net.Sockets;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Finds out why a call failed, from the nested exceptions of the client.</summary>
internal static class FailureReasons
{
    private const int Deepest = 10;

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
