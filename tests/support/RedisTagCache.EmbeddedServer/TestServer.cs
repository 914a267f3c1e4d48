using Garnet.server;
using Garnet.server.Auth.Settings;
using RedisTagCache.Samples;
using Tsavorite.core;

namespace RedisTagCache.EmbeddedServer;

/// <summary>The samples' server with what tests need besides.</summary>
internal static class TestServer
{
    public static GarnetServerOptions Options(int port) => Options(port, folder: null);

    /// <param name="port">Where it listens.</param>
    /// <param name="folder">The folder of a node of a cluster.</param>
    public static GarnetServerOptions Options(int port, string? folder)
    {
        var options = EmbeddedRedis.Options(port);
        options.AuthSettings = new AclAuthenticationPasswordSettings(null);
        options.CommandStatsMonitor = true;
        options.LogMemorySize = "1g"; // when it is full, the oldest entries are dropped without a word
        if (folder is not null)
        {
            options.EnableCluster = true;
            options.CheckpointDir = folder;
            options.ClusterConfigFlushFrequencyMs = -1;
            options.DeviceType = DeviceType.RandomAccess; // needs no native library
            options.GossipDelay = 1;
        }

        return options;
    }
}
