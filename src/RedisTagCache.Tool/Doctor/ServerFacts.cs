using System.Globalization;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What a server says of itself.</summary>
internal sealed class ServerFacts
{
    private readonly Dictionary<string, string> _info;

    private ServerFacts(IServer server, Dictionary<string, string> info, bool isAnswering)
    {
        Server = server;
        IsAnswering = isAnswering;
        _info = info;
    }

    public IServer Server { get; }

    public string Where => ToolSettings.Format(Server.EndPoint);

    public bool IsAnswering { get; }

    public bool IsReplica => this["role"] is { } role ? role == "slave" : Server.IsReplica;

    public string Engine => this["valkey_version"] is not null ? "Valkey" : this["garnet_version"] is not null ? "Garnet" : this["dragonfly_version"] is not null ? "Dragonfly" : "Redis";

    public string Version => this["valkey_version"] ?? this["garnet_version"] ?? this["redis_version"] ?? Server.Version.ToString();

    public string? this[string name] => _info.GetValueOrDefault(name);

    public long? Number(string name) => long.TryParse(this[name], CultureInfo.InvariantCulture, out var number) ? number : null;

    public static async Task<ServerFacts> OfAsync(IServer server, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!server.IsConnected)
            return new ServerFacts(server, [], isAnswering: false);
        try
        {
            var text = (string?)await server.ExecuteAsync("INFO", (object[])[], CommandFlags.None).WaitAsync(timeout, cancellationToken) ?? "";
            var pairs = text.Split('\n').Select(static line => line.TrimEnd('\r').Split(':', 2)).Where(static pair => pair.Length == 2).DistinctBy(static pair => pair[0]);
            return new ServerFacts(server, pairs.ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal), isAnswering: true);
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            return new ServerFacts(server, [], isAnswering: true); // the user may not ask
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new ServerFacts(server, [], isAnswering: false);
        }
    }
}
