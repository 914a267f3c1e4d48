using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Faults;

/// <summary>What stands between one worker and both servers.</summary>
internal sealed class Proxies : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private readonly CuttingProxy[] _proxies;
    private readonly int[] _ports;

    public Proxies(params RedisServer[] servers)
    {
        _proxies = [.. servers.Select(server => CuttingProxy.Start(server.ConnectionString))];
        _ports = [.. servers.Select(server => server.Port)];
    }

    public string ConnectionString => string.Join(',', _proxies.Select(proxy => proxy.ConnectionString));

    /// <summary>Cuts the connection to a server somewhere in what the worker sends next, in a command or between two.</summary>
    public async Task CutAsync(RedisServer server)
    {
        var proxy = _proxies[Array.IndexOf(_ports, server.Port)];
        try
        {
            await proxy.Arm(1 + Random.Shared.Next(20_000)).WaitAsync(_patience);
        }
        finally
        {
            proxy.Disarm();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
    }
}
