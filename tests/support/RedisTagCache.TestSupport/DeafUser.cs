using StackExchange.Redis;
using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>A user who may do everything but subscribe.</summary>
public static class DeafUser
{
    private static readonly object[] _embedded = ["-subscribe", "-psubscribe", "-ssubscribe"];

    /// <summary>What a connection string needs to be that user.</summary>
    public static string Login(string name) => $",user={name},password=secret";

    /// <summary>Makes the user. The test is skipped on servers that know no rights to channels.</summary>
    public static async Task CreateAsync(IServer server, string name)
    {
        if (server.Version < new Version(6, 2))
            Assert.Skip("Before 6.2 there are no rights to channels.");
        object[] withoutChannels = await IsGarnetAsync(server) ? _embedded : ["resetchannels"];
        await server.ExecuteAsync("ACL", ["SETUSER", name, "on", ">secret", "~*", "+@all", .. withoutChannels]);
    }

    private static async Task<bool> IsGarnetAsync(IServer server) =>
        (await server.InfoAsync("server")).SelectMany(static group => group).Any(static line => line.Key == "garnet_version");
}
