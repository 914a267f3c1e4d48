using Garnet.server;
using Garnet.server.Auth.Settings;
using RedisTagCache.Samples;

namespace RedisTagCache.EmbeddedServer;

/// <summary>The samples' server with what tests need besides.</summary>
internal static class TestServer
{
    public static GarnetServerOptions Options(int port)
    {
        var options = EmbeddedRedis.Options(port);
        options.AuthSettings = new AclAuthenticationPasswordSettings(null);
        options.CommandStatsMonitor = true;
        options.LogMemorySize = "1g"; // when it is full, the oldest entries are dropped without a word
        return options;
    }
}
