using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.server;

namespace RedisTagCache.Samples;

/// <summary>A Redis-compatible server (Garnet) inside this process, on a free loopback port. It stores all data in memory and discards it on disposal.</summary>
public sealed class EmbeddedRedis : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly GarnetServer _server;

    private EmbeddedRedis(GarnetServer server, int port)
    {
        _server = server;
        ConnectionString = $"{IPAddress.Loopback}:{port}";
    }

    /// <summary>Gets the address in the format of StackExchange.Redis.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server with the options of <see cref="Options"/>.</summary>
    public static EmbeddedRedis Start() => Start(Options);

    /// <summary>Starts a server with other options.</summary>
    /// <param name="options">Returns the options for a port.</param>
    public static EmbeddedRedis Start(Func<int, GarnetServerOptions> options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            try
            {
                var server = new GarnetServer(options(port));
                server.Start();
                return new EmbeddedRedis(server, port);
            }
            catch (Exception) when (attempt < Attempts)
            {
                // Another process took the port between the check and the bind.
            }
        }
    }

    /// <summary>Stops the server, and waits until its connections have ended, but for no longer than ten seconds: Garnet alone would wait for as long as they take.</summary>
    public void Dispose() => Task.Factory.StartNew(_server.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Wait(_patience);

    /// <summary>Gets the options of an in-memory server with scripts on a loopback port.</summary>
    public static GarnetServerOptions Options(int port) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        QuietMode = true,
        EnableLua = true,
        LuaTransactionMode = true,
        LuaOptions = new LuaOptions(),
        LogMemorySize = "64m",
        PageSize = "1m",
        IndexMemorySize = "1m"
    };

    /// <summary>Gets a free port from the system, because Garnet accepts port 0 but does not report the actual port.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
