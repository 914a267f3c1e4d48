using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.Tests.Scripts;

namespace RedisTagCache.Tests.Connection;

/// <summary>What a server refuses for a moment is tried again, a few times.</summary>
public sealed class MomentaryErrorTests : IDisposable
{
    private const string Stamp = "5:0000000000000007:00000001";
    private readonly ScriptedServer _server;
    private readonly ServiceProvider _services;
    private int _refusals;
    private string _error = "";

    public MomentaryErrorTests()
    {
        _server = new ScriptedServer(Answer);
        var services = new ServiceCollection();
        services.AddRedisTagCache(options =>
        {
            (options.Configuration, options.BuildNamespace) = (_server.ConnectionString, "build");
            options.OperationTimeout = TimeSpan.FromSeconds(15); // connecting and four tries take their time on a busy machine
        });
        _services = services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _server.Dispose();
    }

    public static TheoryData<string> Errors => new("TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN Hash slot not served", "LOADING Redis is loading", "READONLY You can't write", "MASTERDOWN Link with MASTER is down");

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task ErrorThatPasses_IsNotSeen(string error)
    {
        (_error, _refusals) = (error, 3);
        using var lookup = await _services.GetRequiredService<ITagCacheStore>().GetAsync(new CacheEntryKey(CacheRegion.Output, "k"));
        Assert.Equal((CacheMissReason.Absent, 4), (lookup.MissReason, Asked()));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task ErrorThatStays_IsAMissAfterFourTries(string error)
    {
        (_error, _refusals) = (error, int.MaxValue);
        using var lookup = await _services.GetRequiredService<ITagCacheStore>().GetAsync(new CacheEntryKey(CacheRegion.Output, "k"));
        Assert.Equal((CacheMissReason.Unavailable, 4), (lookup.MissReason, Asked()));
    }

    [Fact]
    public async Task AnotherError_IsAMissAtOnce()
    {
        (_error, _refusals) = ("ERR other", int.MaxValue);
        using var lookup = await _services.GetRequiredService<ITagCacheStore>().GetAsync(new CacheEntryKey(CacheRegion.Output, "k"));
        Assert.Equal((CacheMissReason.Unavailable, 1), (lookup.MissReason, Asked()));
    }

    /// <summary>While a slot is being moved, lookups of keys that have moved, or that do not exist, must not keep others from being served.</summary>
    [Theory]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", false)]
    [InlineData("CLUSTERDOWN Hash slot not served", true)]
    public async Task ErrorThatStays_OpensTheCircuit_UnlessItIsAboutSomeKeys(string error, bool opens)
    {
        var store = _services.GetRequiredService<ITagCacheStore>();
        (await store.GetAsync(new CacheEntryKey(CacheRegion.Output, "other"))).Dispose();
        var partitions = await _services.GetRequiredService<PartitionSet>().GetAsync(TestContext.Current.CancellationToken);
        var opened = 0;
        _services.GetRequiredService<RedisCircuits>()[partitions.Keys.Partitions[0]].Opened += (_, _) => Interlocked.Increment(ref opened);
        (_error, _refusals) = (error, int.MaxValue);
        for (var i = 0; i < 5 || (opens && opened == 0 && i < 100); i++)
            (await store.GetAsync(new CacheEntryKey(CacheRegion.Output, "k"))).Dispose();
        Assert.Equal(opens, opened > 0);
    }

    private int Asked() => _server.AskedOf("MGET").Count(static words => words[1].EndsWith(":k", StringComparison.Ordinal));

    private string? Answer(string[] words) => words[0] switch
    {
        "GET" when words[1] == "{rtc:layout}" => ScriptedServer.Bulk("1"),
        "GET" when words[1].EndsWith(":k", StringComparison.Ordinal) && _refusals-- > 0 => $"-{_error}\r\n",
        "GET" when words[1].EndsWith(":epoch", StringComparison.Ordinal) => ScriptedServer.Bulk(Stamp),
        "invalidations_sync" => ScriptedServer.Texts(Stamp, "0"),
        _ => null,
    };
}
