using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>Returns the server's INFO. The client counts <c>INFO</c> among what only administrators use, and refuses it without <c>allowAdmin</c>.</summary>
internal static class ServerInfoScript
{
    public static readonly EmbeddedScript Script = EmbeddedScript.Load("server_info");
    public static readonly string[] KeyNames = [];
    public static readonly string[] ArgumentNames = [];

    /// <summary>Runs it on just this server, whatever its role.</summary>
    public static Task<RedisResult> RunAsync(IServer server)
    {
        object[] arguments = [Script.Text, 0];
        return server.ExecuteAsync("EVAL", arguments, CommandFlags.None);
    }

    public static string Parse(RedisResult reply) => (string?)reply ?? "";
}
