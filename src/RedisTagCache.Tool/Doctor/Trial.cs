using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Sends commands to one server, and reports which failed and why.</summary>
internal sealed class Trial(IConnectionMultiplexer connection, IServer server, TimeSpan timeout)
{
    public async Task<List<FailedCommand>> RunAsync(object[][] commands, CancellationToken cancellationToken)
    {
        var failures = new List<FailedCommand>();
        var database = connection.GetDatabase().Database;
        foreach (var command in commands)
        {
            object[] arguments = [.. command.Skip(1)];
            if (await TryAsync((string)command[0], () => server.ExecuteAsync(database, (string)command[0], arguments, CommandFlags.None), failures, cancellationToken))
                break;
        }

        return [.. failures.DistinctBy(static failure => failure.Command)];
    }

    /// <summary>Subscribes and ends it, on a connection that is closed afterwards: one that has subscribed by a plain command is of no other use.</summary>
    public async Task<List<FailedCommand>> SubscribeAsync(RedisChannel channel, ConfigurationOptions settings, CancellationToken cancellationToken)
    {
        var failures = new List<FailedCommand>();
        var own = settings.Clone();
        own.EndPoints.Clear();
        own.EndPoints.Add(server.EndPoint);
        own.Protocol = RedisProtocol.Resp2; // there the answer to a subscription is like any other
        string[] commands = channel.IsSharded ? ["SSUBSCRIBE", "SUNSUBSCRIBE"] : ["SUBSCRIBE", "UNSUBSCRIBE"];
        ConnectionMultiplexer? subscribing = null;
        if (await TryAsync(commands[0], async () => subscribing = await Connecting.ConnectAsync(own, timeout, cancellationToken), failures, cancellationToken) || subscribing is null)
            return failures;
        await using (subscribing)
        {
            var there = subscribing.GetServer(server.EndPoint);
            foreach (var command in commands)
                await TryAsync(command, () => ReplyAsync(there, command, channel.ToString(), isFollowed: command == "SUNSUBSCRIBE" && failures.Count == 0), failures, cancellationToken);
            await subscribing.CloseAsync(allowCommandsToComplete: false);
        }

        return failures;
    }

    /// <summary>
    /// Completes with the reply to a command. The client takes the reply to SUNSUBSCRIBE for a message, and would wait until the timeout: the reply to the next
    /// command completes the call.
    /// </summary>
    private static Task<RedisResult> ReplyAsync(IServer server, string command, string channel, bool isFollowed)
    {
        var reply = server.ExecuteAsync(null, command, [channel], CommandFlags.None);
        if (isFollowed)
            _ = server.ExecuteAsync(null, "SSUBSCRIBE", [channel], CommandFlags.FireAndForget);
        return reply;
    }

    /// <summary>True where each of the following would wait as long.</summary>
    private async Task<bool> TryAsync(string command, Func<Task> run, List<FailedCommand> failures, CancellationToken cancellationToken)
    {
        try
        {
            await run().WaitAsync(timeout, cancellationToken);
            return false;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
        {
            var failure = new FailedCommand(command, e);
            failures.Add(failure);
            return failure.State == CommandState.NotAnswered;
        }
    }
}
