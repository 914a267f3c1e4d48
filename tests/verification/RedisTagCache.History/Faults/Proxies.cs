using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Faults;

/// <summary>What stands between one worker and both servers.</summary>
internal sealed class Proxies : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30); // a worker on a busy machine sends little
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

    /// <summary>Lets nothing through for a while: each connection ends with its first byte.</summary>
    /// <returns>How many did.</returns>
    public async Task<int> CutOffAsync(RedisServer server, TimeSpan time)
    {
        var proxy = _proxies[Array.IndexOf(_ports, server.Port)];
        var watch = Stopwatch.StartNew();
        var cuts = 0;
        try
        {
            for (; watch.Elapsed < time; cuts++)
                await proxy.Arm(1).WaitAsync(time);
        }
        catch (TimeoutException)
        {
            // the worker has not tried again yet
        }
        finally
        {
            proxy.Disarm();
        }

        return cuts;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
    }
}
