using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace RedisTagCache.Testing.Tests;

/// <summary>The server as its client sees it.</summary>
public sealed class ServerTests : IAsyncDisposable
{
    private readonly InMemoryRedis _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(RedisProtocol.Resp2, false)]
    [InlineData(RedisProtocol.Resp3, false)]
    [InlineData(RedisProtocol.Resp2, true)]
    [InlineData(RedisProtocol.Resp3, true)]
    public async Task Commands_OverEachProtocolAndConnection_Work(RedisProtocol protocol, bool isListening)
    {
        var options = isListening ? ConfigurationOptions.Parse(await _server.ListenAsync(TestContext.Current.CancellationToken)) : _server.CreateConfigurationOptions();
        options.Protocol = protocol;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var database = connection.GetDatabase();
        var server = connection.GetServers().Single();
        Assert.True(server.IsConnected);
        Assert.Equal(ServerType.Standalone, server.ServerType);

        await database.StringSetAsync("s", "value", TimeSpan.FromMinutes(1));
        Assert.Equal("value", await database.StringGetAsync("s"));
        Assert.InRange((await database.KeyTimeToLiveAsync("s"))!.Value.TotalSeconds, 1, 60);
        await database.HashSetAsync("h", "a", 1);
        await database.HashSetAsync("h", "b", 2);
        Assert.Equal(2, (await database.HashGetAllAsync("h")).Length);
        await database.SortedSetAddAsync("z", [new("x", 2.5), new("y", 1)]);
        Assert.Equal(["y", "x"], (await database.SortedSetRangeByScoreAsync("z")).Select(static member => (string?)member));
        Assert.Equal(2.5, await database.SortedSetScoreAsync("z", "x"));
        Assert.Null(await database.SortedSetScoreAsync("z", "none"));
        Assert.Equal(["h", "s", "z"], server.Keys(pattern: "?").Select(static key => (string?)key).Order());

        var subscriber = connection.GetSubscriber();
        var received = new TaskCompletionSource<string?>();
        await subscriber.SubscribeAsync(RedisChannel.Literal("c"), (_, message) => received.TrySetResult(message));
        Assert.Equal(1, await subscriber.PublishAsync(RedisChannel.Literal("c"), "message"));
        Assert.Equal("message", await received.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
        await subscriber.UnsubscribeAllAsync();
        Assert.Equal(0, await subscriber.PublishAsync(RedisChannel.Literal("c"), "message"));
    }

    [Fact]
    public async Task Values_OfAnySize_AreKeptAsTheyAre()
    {
        await using var connection = await ConnectAsync();
        foreach (var length in new[] { 0, 1, 65_535, 65_536, 20_000_000 })
        {
            var value = new byte[length];
            Random.Shared.NextBytes(value);
            await connection.GetDatabase().StringSetAsync("k", value);
            Assert.Equal(value, (byte[]?)await connection.GetDatabase().StringGetAsync("k"));
        }
    }

    [Fact]
    public async Task Command_ThatIsUnknown_IsNamedInTheError()
    {
        await using var connection = await ConnectAsync();
        var e = await Assert.ThrowsAsync<RedisServerException>(() => connection.GetDatabase().ExecuteAsync("LPOP", "k"));
        Assert.Contains("'LPOP'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Databases_AreIsolated()
    {
        await using var connection = await ConnectAsync();
        await connection.GetDatabase(1).StringSetAsync("k", "one");
        Assert.True((await connection.GetDatabase(0).StringGetAsync("k")).IsNull);
        Assert.Equal("one", await connection.GetDatabase(1).StringGetAsync("k"));
        _server.Clear();
        Assert.True((await connection.GetDatabase(1).StringGetAsync("k")).IsNull);
    }

    [Fact]
    public async Task Locks_OfTheClient_AreExclusive()
    {
        await using var connection = await ConnectAsync();
        var database = connection.GetDatabase();
        Assert.True(await database.LockTakeAsync("l", "a", TimeSpan.FromMinutes(1)));
        Assert.False(await database.LockTakeAsync("l", "b", TimeSpan.FromMinutes(1)));
        Assert.True(await database.LockExtendAsync("l", "a", TimeSpan.FromMinutes(2)));
        Assert.False(await database.LockExtendAsync("l", "b", TimeSpan.FromMinutes(2)));
        Assert.False(await database.LockReleaseAsync("l", "b"));
        Assert.True(await database.LockReleaseAsync("l", "a"));
        Assert.True(await database.LockTakeAsync("l", "b", TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Scan_WhileKeysChange_FindsTheKeysThatStay()
    {
        await using var connection = await ConnectAsync();
        var database = connection.GetDatabase();
        for (var i = 0; i < 100; i++)
            await database.StringSetAsync("stays" + i, i);
        var found = new HashSet<string>();
        await foreach (var key in connection.GetServers().Single().KeysAsync(pattern: "stays*", pageSize: 7))
        {
            found.Add(key.ToString());
            await database.StringSetAsync("stays" + (found.Count % 100), "again");
            await database.StringSetAsync("comes" + found.Count, "new");
            await database.KeyDeleteAsync("comes" + (found.Count - 1));
        }

        Assert.Equal(100, found.Count);
    }

    [Fact]
    public async Task Expirations_FollowTheClockOfTheServer()
    {
        await using var connection = await ConnectAsync();
        var database = connection.GetDatabase();
        await database.StringSetAsync("hour", "v", TimeSpan.FromHours(1));
        await database.StringSetAsync("day", "v", TimeSpan.FromDays(1));
        await database.StringSetAsync("always", "v");
        _server.Advance(TimeSpan.FromHours(1));
        Assert.False(await database.KeyExistsAsync("hour"));
        Assert.InRange((await database.KeyTimeToLiveAsync("day"))!.Value.TotalHours, 22, 23);
        Assert.True(await database.KeyPersistAsync("day"));
        _server.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await connection.GetServers().Single().DatabaseSizeAsync());
    }

    [Fact]
    public async Task Expirations_FollowAClockThatIsPassed()
    {
        var clock = new FakeTimeProvider();
        await using var server = new InMemoryRedis(clock);
        Assert.Same(clock, server.TimeProvider);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.CreateConfigurationOptions());
        await connection.GetDatabase().StringSetAsync("k", "v", TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(1, (await connection.GetDatabase().KeyTimeToLiveAsync("k"))!.Value.TotalMilliseconds);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await connection.GetDatabase().KeyExistsAsync("k"));
        var e = Assert.Throws<InvalidOperationException>(() => server.Advance(TimeSpan.FromSeconds(1)));
        Assert.Contains("FakeTimeProvider", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Advance_Always_MovesTimeAndTimestampsButNoTimer()
    {
        using var fired = new ManualResetEventSlim();
        using var timer = _server.TimeProvider.CreateTimer(_ => fired.Set(), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        var (now, stamp) = (_server.TimeProvider.GetUtcNow(), _server.TimeProvider.GetTimestamp());
        _server.Advance(TimeSpan.FromDays(1));
        Assert.InRange(_server.TimeProvider.GetUtcNow() - now, TimeSpan.FromDays(1), TimeSpan.FromDays(1.5));
        Assert.InRange(_server.TimeProvider.GetElapsedTime(stamp), TimeSpan.FromDays(1), TimeSpan.FromDays(1.5));
        Assert.False(fired.IsSet);
        Assert.Throws<ArgumentOutOfRangeException>(() => _server.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public async Task Script_WithoutAnEnd_IsEnded()
    {
        _server.Engine.Scripts.Limit = TimeSpan.FromMilliseconds(100);
        await using var connection = await ConnectAsync();
        foreach (var script in new[] { "while true do end", "while true do pcall(function() while true do end end) end" })
        {
            var e = await Assert.ThrowsAsync<RedisServerException>(() => connection.GetDatabase().ExecuteAsync("EVAL", script, 0));
            Assert.Contains("took longer", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(3, (int)await connection.GetDatabase().ExecuteAsync("EVAL", "return 3", 0));
    }

    [Theory]
    [InlineData("return {1, 'two', {3}, false, true, 4.9}", "1 two [3] null 1 4")]
    [InlineData("return redis.pcall('GET', 'h')", "WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("redis.call('GET', 'h')", "WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("return redis.pcall('MULTI').err", "ERR This Redis command is not allowed from script")]
    [InlineData("return redis.call('ZSCORE', 'z', 'm')", "1.5")]
    [InlineData("return redis.call('GET', 'none')", "null")]
    [InlineData("return redis.call('SET', 's', 2 ^ 40).ok", "OK")]
    [InlineData("redis.call('SET', 's', 2 ^ 40) return redis.call('GET', 's')", "1099511627776")]
    [InlineData("return type(io) .. type(os) .. type(debug)", "nilnilnil")]
    public async Task Script_Replies_AreThoseOfRedis(string script, string expected)
    {
        await using var connection = await ConnectAsync();
        var database = connection.GetDatabase();
        await database.HashSetAsync("h", "f", "v");
        await database.SortedSetAddAsync("z", "m", 1.5);
        try
        {
            Assert.Equal(expected, Text(await database.ExecuteAsync("EVAL", script, 0)));
        }
        catch (RedisServerException e)
        {
            Assert.Equal(expected, e.Message);
        }

        static string Text(RedisResult result) =>
            result.Resp2Type == ResultType.Array && !result.IsNull ? string.Join(' ', ((RedisResult[])result!).Select(static item => item.Resp2Type == ResultType.Array && !item.IsNull ? $"[{Text(item)}]" : Text(item)))
            : result.IsNull ? "null"
            : result.ToString();
    }

    [Fact]
    public async Task Servers_InParallel_AreIsolated() => await Task.WhenAll(Enumerable.Range(0, 16).Select(static async i =>
    {
        await using var server = new InMemoryRedis();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.CreateConfigurationOptions());
        var database = connection.GetDatabase();
        for (var round = 0; round < 20; round++)
        {
            await database.StringSetAsync("k", i);
            server.Advance(TimeSpan.FromDays(i));
            Assert.Equal(i, (int)await database.StringGetAsync("k"));
            Assert.Equal(i, (int)await database.ExecuteAsync("EVAL", "return tonumber(redis.call('GET', KEYS[1]))", 1, "k"));
        }
    }));

    [Fact]
    public async Task Dispose_WithConnections_EndsThem()
    {
        await using var connection = await ConnectAsync();
        await _server.DisposeAsync();
        await TestSupport.Eventually.BecomesTrueAsync(() => !connection.IsConnected, "the connection has ended");
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = _server.CreateConfigurationOptions();
        options.AsyncTimeout = 60_000; // these tests do not count on a quick machine
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
