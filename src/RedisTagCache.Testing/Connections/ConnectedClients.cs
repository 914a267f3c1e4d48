using RedisTagCache.Testing.Engine;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace RedisTagCache.Testing.Connections;

/// <summary>The settings of the clients in this process, which it knows when they are connected.</summary>
internal sealed class ConnectedClients(RedisEngine engine) : DefaultOptionsProvider
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);
    private static readonly IReconnectRetryPolicy _retry = new LinearRetry(100);

    private readonly Lock _lock = new();
    private readonly List<WeakReference<ConnectionMultiplexer>> _clients = [];

    public override bool AbortOnConnectFail => false;

    public override int ConnectRetry => 1;

    /// <summary>Gets how long a connection may take. The client waits for all of it, also if the server refuses connections.</summary>
    public override TimeSpan? ConnectTimeout => engine.IsDown ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10);

    public override TimeSpan HeartbeatInterval => TimeSpan.FromMilliseconds(100);

    public override IReconnectRetryPolicy? ReconnectRetryPolicy => _retry;

    public override Task AfterConnectAsync(ConnectionMultiplexer multiplexer, Action<string> log)
    {
        lock (_lock)
        {
            _clients.RemoveAll(static client => !client.TryGetTarget(out _));
            _clients.Add(new WeakReference<ConnectionMultiplexer>(multiplexer));
        }

        return Task.CompletedTask;
    }

    /// <summary>Waits until the commands of all clients have run. An application does not wait for some of its commands itself, such as those that prolong sliding entries.</summary>
    public void WaitForCommands()
    {
        ConnectionMultiplexer[] clients;
        lock (_lock)
            clients = [.. _clients.Select(static client => client.TryGetTarget(out var target) ? target : null).OfType<ConnectionMultiplexer>()];
        SpinWait.SpinUntil(() => Array.TrueForAll(clients, static client => client.GetCounters().TotalOutstanding == 0), _longestWait);
    }
}
