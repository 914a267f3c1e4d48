using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>This library's store: the version of the miss goes with the write.</summary>
internal sealed class StorePeer(string connectionString) : IPeer
{
    private readonly Instance _instance = Instance.Create(connectionString);

    public async ValueTask<string?> ReadAsync(string key) => await _instance.Store.ReadAsync(key);

    public async ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute)
    {
        using var lookup = await _instance.Store.GetAsync(StoreExtensions.Page(key));
        if (!lookup.HasValue)
            await _instance.Store.WriteAsync(key, await compute(), lookup.Version, tag);
    }

    public ValueTask EvictAsync(string tag) => _instance.Store.EvictByTagAsync(tag);

    public ValueTask DisposeAsync() => _instance.DisposeAsync();
}
