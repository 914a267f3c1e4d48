using System.Text;
using RedisTagCache.Testing.Connections;
using RedisTagCache.Testing.Engine;
using StackExchange.Redis;

namespace RedisTagCache.Testing.Tests;

/// <summary>The end of a server while its clients still send commands. Scripts run in native memory, which is freed then.</summary>
public sealed class ServerEndTests
{
    private const string Script = "local n = 0 for i = 1, 2000 do n = n + #redis.call('GET', KEYS[1]) end return n";

    [Theory]
    [InlineData("EVAL", "return redis.call('GET', 'k')", "0")]
    [InlineData("EVALSHA", "0123456789012345678901234567890123456789", "0")]
    [InlineData("SCRIPT", "FLUSH")]
    [InlineData("SCRIPT", "LOAD", "return 1")]
    [InlineData("SCRIPT", "EXISTS", "0123456789012345678901234567890123456789")]
    [InlineData("GET", "k")]
    public void Handle_AfterTheEnd_RunsNothing(params string[] command)
    {
        using var engine = new RedisEngine(TimeProvider.System);
        using var session = engine.TryAdd()!;
        Assert.True(Runs(engine, session, "SET", "k", "v"));
        Assert.True(Runs(engine, session, "EVAL", "return redis.call('GET', 'k')", "0"));
        engine.Dispose();
        Assert.False(Runs(engine, session, command));
    }

    [Fact]
    public void TryAdd_AfterTheEnd_RefusesClients()
    {
        using var engine = new RedisEngine(TimeProvider.System);
        engine.Dispose();
        engine.IsDown = false;
        Assert.Null(engine.TryAdd());
    }

    [Fact]
    public void Dispose_Twice_DoesNothingMore()
    {
        using var engine = new RedisEngine(TimeProvider.System);
        using var session = engine.TryAdd()!;
        Assert.True(Runs(engine, session, "EVAL", "return 1", "0"));
        engine.Dispose();
        engine.Dispose();
    }

    [Fact]
    public async Task ListenAsync_AfterTheEnd_Throws()
    {
        var server = new InMemoryRedis();
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => server.ListenAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Dispose_WhileClientsRunScripts_EndsThemWithAnErrorOfTheConnection()
    {
        for (var run = 0; run < 40; run++)
        {
            await using var server = new InMemoryRedis();
            var options = run % 2 == 0 ? server.CreateConfigurationOptions() : ConfigurationOptions.Parse(await server.ListenAsync(TestContext.Current.CancellationToken));
            (options.AbortOnConnectFail, options.BacklogPolicy) = (false, BacklogPolicy.FailFast);
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            var database = connection.GetDatabase();
            await database.StringSetAsync("k", "value");
            var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(database))).ToArray();
            await Task.Delay(run % 10, TestContext.Current.CancellationToken);
            await server.DisposeAsync();
            foreach (var e in await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))
                Assert.True(e is RedisConnectionException or RedisTimeoutException, e.ToString());
        }
    }

    private static async Task<Exception> LoadAsync(IDatabase database)
    {
        try
        {
            while (true)
                Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.ScriptEvaluateAsync(Script, ["k"]))), static result => Assert.Equal(10_000, (int)result));
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static bool Runs(RedisEngine engine, ClientSession session, params string[] command) => engine.Handle(session, [.. command.Select(Encoding.UTF8.GetBytes)]);
}
