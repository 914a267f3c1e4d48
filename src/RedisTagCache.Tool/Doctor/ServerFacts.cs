using RedisTagCache.Diagnostics.Advice;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What a server says of itself.</summary>
internal sealed class ServerFacts
{
    private ServerFacts(IServer server, ServerReport report, bool isAnswering)
    {
        Server = server;
        IsAnswering = isAnswering;
        Report = report;
    }

    public IServer Server { get; }

    public ServerReport Report { get; }

    public string Where => ToolSettings.Format(Server.EndPoint);

    public bool IsAnswering { get; }

    public bool IsReplica => Report.IsReplica ?? Server.IsReplica;

    public string Version => Report.Version ?? Server.Version.ToString();

    public string? this[string name] => Report[name];

    public static async Task<ServerFacts> OfAsync(IServer server, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!server.IsConnected)
            return new ServerFacts(server, ServerReport.Empty, isAnswering: false);
        try
        {
            var text = (string?)await server.ExecuteAsync("INFO", (object[])[], CommandFlags.None).WaitAsync(timeout, cancellationToken) ?? "";
            return new ServerFacts(server, ServerReport.Parse(text), isAnswering: true);
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            return new ServerFacts(server, ServerReport.Empty, isAnswering: true); // the user may not ask
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new ServerFacts(server, ServerReport.Empty, isAnswering: false);
        }
    }
}
