using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>
/// Tries, on keys of its own that end by themselves, every command the cache uses, on every primary: on a cluster each server has its own users. What a server says about
/// rights differs from engine to engine; a command that is refused is refused everywhere.
/// </summary>
internal sealed class Rights(IConnectionMultiplexer connection, IReadOnlyList<IServer> primaries, ToolSettings settings)
{
    /// <summary>How many names are tried to find one whose slot a server has.</summary>
    private const int MaxNames = 10_000;
    private static readonly Version _firstWithShardedChannels = new(7, 0);

    public async Task<IReadOnlyList<Finding>> CheckAsync(CancellationToken cancellationToken)
    {
        var isCluster = primaries.Any(static server => server.ServerType == ServerType.Cluster);
        var isSharded = isCluster && primaries.All(static server => server.Version >= _firstWithShardedChannels);
        var refused = new Refusals(settings.Prefix, primaries.Count);
        string? writeError = null, scriptError = null;
        foreach (var server in primaries)
        {
            if ((isCluster ? TagOf(server) : $"{{{settings.Prefix}:doctor}}") is not { } tag)
                continue; // a primary without slots has no keys of the cache
            var trial = new Trial(connection, server, settings.Timeout);
            var commands = new TriedCommands(tag);
            foreach (var (command, error) in await trial.RunAsync(commands.Needed, cancellationToken))
            {
                if (command == "SET")
                    writeError ??= error;
                refused.Add(Need.Always, command, server, error);
            }

            foreach (var (command, error) in await trial.RunAsync(TriedCommands.Scripts, cancellationToken))
            {
                if (!Trial.IsRefused(error) && Trial.First(error) != "NOSCRIPT")
                    scriptError ??= error;
                refused.Add(Need.Scripts, command, server, error);
            }

            foreach (var (command, error) in await trial.RunAsync(commands.Messages(isSharded), cancellationToken))
                refused.Add(Need.Messages, command, server, error);
            foreach (var (command, error) in await trial.SubscribeAsync(commands.Channel(isSharded), settings.Connection, cancellationToken))
                refused.Add(Need.Messages, command, server, error);
            foreach (var (command, error) in await trial.RunAsync([["INFO", "replication"]], cancellationToken))
                refused.Add(Need.Failover, command, server, error);
            foreach (var (command, error) in await trial.RunAsync(TriedCommands.OfTheTool, cancellationToken))
                refused.Add(Need.Tool, command, server, error);
        }

        return
        [
            writeError is null ? new Finding("write", Level.Ok, "An entry can be written and removed.") : WriteErrors.Explain(writeError),
            .. refused.Findings(),
            scriptError is null && !refused.Has(Need.Scripts)
                ? new Finding("scripts", Level.Ok, "Scripts can run.")
                : new Finding("scripts", Level.Error, "Scripts cannot run: " + (scriptError ?? "the user is not allowed to run them."), "Allow EVAL and EVALSHA. A server or proxy without Lua is not supported."),
        ];
    }

    /// <summary>Returns a hash tag whose keys are stored on the server.</summary>
    private string? TagOf(IServer server)
    {
        for (var i = 0; i < MaxNames; i++)
        {
            var tag = $"{{{settings.Prefix}:doctor.{i}}}";
            if (Equals(EndPointOf(tag), server.EndPoint))
                return tag;
        }

        return null;
    }

    private EndPoint? EndPointOf(RedisKey key)
    {
        try
        {
            return connection.GetServer(key, flags: CommandFlags.DemandMaster).EndPoint;
        }
        catch (RedisException)
        {
            return null; // no server has that slot
        }
    }
}
