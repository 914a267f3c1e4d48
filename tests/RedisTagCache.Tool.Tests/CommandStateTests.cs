using RedisTagCache.Tool.Doctor;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests;

public sealed class CommandStateTests
{
    [Theory]
    [InlineData("NOPERM User app has no permissions to run the 'zadd' command", "Refused")]
    [InlineData("ERR unknown command 'ZADD', with args beginning with: '{rtc:doctor}:set' '1' 'm' ", "NotAvailable")]
    [InlineData("ERR unknown command `ZADD`, with args beginning with: ", "NotAvailable")]
    [InlineData("ERR unsupported command: ZADD", "NotAvailable")]
    [InlineData("ERR This instance has the command disabled", "NotAvailable")]
    [InlineData("ERR wrong number of arguments for 'zadd' command", "Permitted")]
    [InlineData("NOSCRIPT No matching script. Please use EVAL.", "Permitted")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "Permitted")]
    [InlineData("READONLY You can't write against a read only replica.", "Permitted")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", "Permitted")]
    public void StateOf_ErrorOfAServer_TellsWhatIsMissing(string error, string expected) => Assert.Equal(expected, FailedCommand.StateOf(new RedisServerException(default, CommandFlags.None, error)).ToString());

    [Fact]
    public void StateOf_OtherExceptions_TellWhetherTheServerAnswered()
    {
        Assert.Equal(CommandState.NotAvailable, FailedCommand.StateOf(new RedisCommandException("This operation has been disabled in the command-map and so cannot be used: ZADD")));
        Assert.Equal(CommandState.NotAnswered, FailedCommand.StateOf(new TimeoutException()));
        Assert.Equal(CommandState.NotAnswered, FailedCommand.StateOf(new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "lost", null, CommandStatus.Unknown)));
    }
}
