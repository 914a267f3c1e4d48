using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Diagnostics;

/// <summary>Log lines of an outage say where and why in one line each; the exceptions stand in lines of the level Debug.</summary>
public sealed class OutageLogTests : IAsyncLifetime
{
    private const string Secret = "hunter2-and-more";
    private readonly FakeLoggerProvider _logs = new();
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("killed", "connection|response")]
    [InlineData("hung", "no response in time")]
    public async Task Outage_OfAServer_IsLoggedWithAddressPrefixAndReason(string trouble, string reason)
    {
        await using var instance = NewInstance(_server.ConnectionString);
        await instance.Store.WriteAsync("k", "v", "t");
        if (trouble == "hung")
            _server.Hang();
        else
            _server.Kill();
        await UseAsync(instance);
        await Eventually.BecomesTrueAsync(() => Lines(LogIds.CircuitOpened).Length > 0, "the circuit opens");
        AssertLines(LogIds.CircuitOpened, LogIds.LookupFailed, LogIds.EvictionFailed);
        Assert.Matches(reason, Lines(LogIds.CircuitOpened)[0].Message);
    }

    [Fact]
    public async Task Connecting_WithoutAServer_IsLoggedWithAddressPrefixAndReason()
    {
        _server.Kill();
        await using var instance = NewInstance(_server.ConnectionString);
        await UseAsync(instance);
        await Eventually.BecomesTrueAsync(() => Lines(LogIds.ConnectFailed).Length > 0, "a connection was tried");
        AssertLines(LogIds.ConnectFailed, LogIds.LookupFailed, LogIds.EvictionFailed);
        Assert.Contains("connection refused", Lines(LogIds.ConnectFailed)[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",password=" + Secret)]
    [InlineData(",user=me,password=" + Secret)]
    [InlineData("")]
    [InlineData(",password=" + Secret + ",protocol=resp3")]
    [InlineData(",password=" + Secret + ",abortConnect=true")]
    public async Task WrongPassword_IsNamedAndNotRepeated(string credentials)
    {
        await using (var before = await _server.ConnectAsync())
            await before.GetDatabase().ExecuteAsync("ACL", "SETUSER", "default", "resetpass", ">the-real-one");
        await using var instance = NewInstance(_server.ConnectionString + credentials);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await instance.Store.ReadAsync("k");
                return _logs.Collector.GetSnapshot().Any(static line => line.Level == LogLevel.Warning && (line.Message.Contains("authentication failed", StringComparison.Ordinal) || line.Id.Id == LogIds.AuthenticationFailed));
            },
            "the reason is logged",
            TimeSpan.FromSeconds(60));
        Assert.All(_logs.Collector.GetSnapshot(), static line => Assert.DoesNotContain(Secret, line.Message + line.Exception, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LostHistory_OfAServer_IsLoggedWithoutANumberOfAPartition()
    {
        await using var instance = NewInstance(_server.ConnectionString);
        await instance.Store.WriteAsync("k", "v", "t");
        await using (var connection = await _server.ConnectAsync())
            await connection.GetDatabase().KeyDeleteAsync("{rtc:0}:epoch");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await instance.Store.ReadAsync("k");
                return Lines(LogIds.GenerationBegan).Length > 0;
            },
            "it is noticed");
        Assert.All(_logs.Collector.GetSnapshot(), static line => Assert.DoesNotMatch("(?i)partition [0-9]", line.Message));
    }

    private static async Task UseAsync(Instance instance)
    {
        for (var i = 0; i < 3; i++)
        {
            await instance.Store.ReadAsync("k");
            await instance.Store.WriteAsync("k", "v", "t");
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await instance.Store.EvictByTagAsync("t"));
        }
    }

    private void AssertLines(params int[] ids)
    {
        Assert.All(ids, id => Assert.NotEmpty(Lines(id)));
        var told = _logs.Collector.GetSnapshot().Where(static line => line.Level >= LogLevel.Warning).ToArray();
        Assert.All(told, line =>
        {
            Assert.Null(line.Exception);
            Assert.DoesNotContain('\n', line.Message);
            Assert.InRange(line.Message.Length, 1, 400);
            Assert.Contains(_server.ConnectionString, line.Message, StringComparison.Ordinal);
            Assert.Contains("'rtc'", line.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("artition 0", line.Message, StringComparison.Ordinal);
        });
        Assert.Contains(_logs.Collector.GetSnapshot(), static line => line is { Level: LogLevel.Debug, Exception: not null } && line.Id.Id == LogIds.FailureDetail);
    }

    private FakeLogRecord[] Lines(int id) => [.. _logs.Collector.GetSnapshot().Where(line => line.Id.Id == id)];

    private Instance NewInstance(string connectionString) => Instance.Create(
        connectionString,
        static options => options.OperationTimeout = TimeSpan.FromMilliseconds(500),
        services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs)));
}
