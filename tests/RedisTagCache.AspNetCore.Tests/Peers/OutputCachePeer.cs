using System.Text;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>ASP.NET Core's Redis store for output caching, called as the middleware calls it.</summary>
internal sealed class OutputCachePeer : IPeer
{
    private readonly ServiceProvider _services;
    private readonly IOutputCacheStore _store;

    public OutputCachePeer(string connectionString)
    {
        _services = new ServiceCollection().AddLogging().AddOutputCache()
            .AddStackExchangeRedisOutputCache(options => options.Configuration = connectionString)
            .BuildServiceProvider();
        _store = _services.GetRequiredService<IOutputCacheStore>();
    }

    public async ValueTask<string?> ReadAsync(string key) =>
        await _store.GetAsync(key, CancellationToken.None) is { } found ? Encoding.UTF8.GetString(found) : null;

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute)
    {
        if (await ReadAsync(key) is null)
            await _store.SetAsync(key, Encoding.UTF8.GetBytes(await compute()), [tag], TimeSpan.FromMinutes(5), CancellationToken.None);
    }

    public ValueTask EvictAsync(string tag) => _store.EvictByTagAsync(tag, CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
