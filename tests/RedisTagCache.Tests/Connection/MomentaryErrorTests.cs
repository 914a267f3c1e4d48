using Microsoft.Extensions.DependencyInjection;
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
