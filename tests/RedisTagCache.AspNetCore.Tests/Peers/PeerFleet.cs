using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>Two instances of a design on a redis-server of their own.</summary>
internal sealed class PeerFleet : IAsyncDisposable
{
    private PeerFleet(PeerDesign design, RedisServer server, ConnectionMultiplexer admin, IPeer a, IPeer b)
    {
        Design = design;
        Server = server;
        Admin = admin;
        A = a;
        B = b;
    }

    public PeerDesign Design { get; }

    public RedisServer Server { get; }

    public ConnectionMultiplexer Admin { get; }

    public IPeer A { get; }

    public IPeer B { get; }

    public static async Task<PeerFleet> StartAsync(PeerDesign design)
    {
        var server = await RedisServer.StartAsync();
        return new PeerFleet(
            design, server, await server.ConnectAsync(), await design.StartAsync(server.ConnectionString), await design.StartAsync(server.ConnectionString));
    }

    public Task<IPeer> StartAnotherAsync() => Design.StartAsync(Server.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        await Admin.DisposeAsync();
        await Server.DisposeAsync();
    }
}
