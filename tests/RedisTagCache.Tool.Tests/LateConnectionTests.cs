using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests;

/// <summary>A connection that is there only after the command was stopped, is closed.</summary>
public sealed class LateConnectionTests
{
    [Theory]
    [InlineData("stats")]
    [InlineData("doctor")]
    [InlineData("bench")]
    public async Task Command_StoppedWhileItConnects_LeavesNoConnection(string command)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        server.Hang();
        using var stop = new CancellationTokenSource();
        var host = new ToolHost(TextWriter.Null, TextWriter.Null, TextReader.Null, false, static _ => null, Path.GetTempPath());
        var running = ToolProgram.RunAsync([command, "-c", server.ConnectionString, "--timeout", "30"], host, stop.Token);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Problem, await running);
        server.Resume();
        var own = connection.GetServers()[0];
        await Eventually.BecomesTrueAsync(async () => (await own.ClientListAsync()).Length > 0, "the server answers again");

        // The client needs a moment to find out that the server answers again, and opens its connections one after the other.
        await Task.Delay(3_000, TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(async () => (await own.ClientListAsync()).All(static client => client.Name != "redistagcache"), "there is no connection of the tool");
    }
}
