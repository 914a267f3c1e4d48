using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Sends commands to one server, and tells which failed and why.</summary>
internal sealed class Trial(IConnectionMultiplexer connection, IServer server, TimeSpan timeout)
{
    public static string First(string error) => error.Split(' ', 2)[0];

    public static bool IsRefused(string error) => First(error) is "NOPERM";

    public async Task<List<(string Command, string Error)>> RunAsync(object[][] commands, CancellationToken cancellationToken)
    {
        var failures = new List<(string, string)>();
        var database = connection.GetDatabase().Database;
        foreach (var command in commands)
        {
            object[] arguments = [.. command.Skip(1)];
            if (await TryAsync((string)command[0], () => server.ExecuteAsync(database, (string)command[0], arguments, CommandFlags.None), failures, cancellationToken))
                break;
        }

        return [.. failures.DistinctBy(static failure => failure.Item1)];
    }

    /// <summary>Subscribes and ends it, on a connection that is closed afterwards: one that has subscribed by a plain command is of no other use.</summary>
    public async Task<List<(string Command, string Error)>> SubscribeAsync(RedisChannel channel, ConfigurationOptions settings, CancellationToken cancellationToken)
    {
        var failures = new List<(string, string)>();
        var own = settings.Clone();
        own.EndPoints.Clear();
        own.EndPoints.Add(server.EndPoint);
        own.Protocol = RedisProtocol.Resp2; // whose answer to a subscription is one like any other
        string[] commands = channel.IsSharded ? ["SSUBSCRIBE", "SUNSUBSCRIBE"] : ["SUBSCRIBE", "UNSUBSCRIBE"];
        ConnectionMultiplexer? subscribing = null;
        if (await TryAsync(commands[0], async () => subscribing = await ConnectionMultiplexer.ConnectAsync(own), failures, cancellationToken) || subscribing is null)
            return failures;
        await using (subscribing)
        {
            var there = subscribing.GetServer(server.EndPoint);
            foreach (var command in commands)
                await TryAsync(command, () => there.ExecuteAsync(null, command, [channel.ToString()], CommandFlags.None), failures, cancellationToken);
        }

        return failures;
    }

    /// <summary>True where each of the following would wait as long.</summary>
    private async Task<bool> TryAsync(string command, Func<Task> run, List<(string, string)> failures, CancellationToken cancellationToken)
    {
        try
        {
            await run().WaitAsync(timeout, cancellationToken);
            return false;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
        {
            failures.Add((command, e.Message));
            return e is TimeoutException or RedisConnectionException;
        }
    }
}
