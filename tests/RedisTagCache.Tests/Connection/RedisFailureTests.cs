using RedisTagCache.Connection;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Connection;

public sealed class RedisFailureTests
{
    public static TheoryData<string, bool, bool, bool> Rows => new()
    {
        // what, is Redis, is an outage, is transient
        { "timeout", true, true, false },
        { "connection", true, true, true },
        { "unavailable", true, true, true },
        { "disposed", false, false, false },
        { "LOADING Redis is loading the dataset in memory", true, true, true },
        { "CLUSTERDOWN Hash slot not served", true, true, true },
        { "MASTERDOWN Link with MASTER is down", true, true, true },
        { "TRYAGAIN Multiple keys request during rehashing of slot", true, false, true },
        { "READONLY You can't write against a read only replica.", true, true, true },
        { "BUSY Redis is busy running a script", true, true, true },
        { "WRONGTYPE Operation against a key holding the wrong kind of value", true, false, false },
        { "OOM command not allowed when used memory > 'maxmemory'.", true, false, false },
        { "ERR invalid expire time LOADING", true, false, false },
        { "canceled", true, false, false },
        { "shape", true, false, false },
        { "cast", false, false, false },
        { "format", false, false, false },
        { "overflow", false, false, false },
        { "argument", false, false, false },
        { "index", false, false, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Is_AnyException_IsToldApart(string what, bool isRedis, bool isOutage, bool isTransient)
    {
        Exception e = what switch
        {
            "timeout" => new TimeoutException(),
            "connection" => new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "lost", null, CommandStatus.Unknown),
            "unavailable" => new RedisTagCacheUnavailableException(),
            "disposed" => new ObjectDisposedException("multiplexer"),
            "canceled" => new TaskCanceledException(),
            "shape" => new UnexpectedReplyException("another"),
            "cast" => new InvalidCastException(),
            "format" => new FormatException(),
            "overflow" => new OverflowException(),
            "argument" => new ArgumentException("a bug"),
            "index" => new KeyNotFoundException(),
            _ => new RedisServerException(default, CommandFlags.None, what),
        };
        Assert.Equal((isRedis, isOutage, isTransient), (RedisFailure.IsRedis(e), RedisFailure.IsOutage(e), RedisFailure.IsTransient(e)));
    }

    /// <summary>What the client says of a redirection that it was told not to follow, with details in its messages and without.</summary>
    [Theory]
    [InlineData("Key has MOVED to Endpoint 127.0.0.1:7101 and hashslot 15495 but CommandFlags.NoRedirect was specified - redirect not followed for MGET. ", false, true)]
    [InlineData("Key has MOVED but CommandFlags.NoRedirect was specified - redirect not followed for MGET. ", false, true)]
    [InlineData("MOVED 15495 127.0.0.1:7101", false, true)]
    [InlineData("ASK 15495 127.0.0.1:7101", false, true)]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", false, false)]
    [InlineData("Endpoint 127.0.0.1:7101 serving hashslot 15495 is not reachable at this point of time. Please check connectTimeout value.", true, true)]
    [InlineData("Endpoint is not reachable at this point of time. Please check connectTimeout value.", true, true)]
    [InlineData("SocketClosed (ReadEndOfStream, last-recv: 0) on 127.0.0.1:7101", true, false)]
    public void Redirection_ThatIsNotFollowed_IsToldFromFailures(string message, bool isOfConnection, bool expected) => Assert.Equal(expected, RedisFailure.IsRedirection(
        isOfConnection
            ? new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, CommandFlags.None, message, null, CommandStatus.Unknown)
            : new RedisServerException(default, CommandFlags.None, message)));
}
