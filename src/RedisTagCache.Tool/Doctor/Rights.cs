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
        var failed = new FailedCommands(settings.Prefix, primaries.Count);
        string? writeError = null, scriptError = null;
        foreach (var server in primaries)
        {
            if ((isCluster ? TagOf(server) : $"{{{settings.Prefix}:doctor}}") is not { } tag)
                continue; // a primary without slots has no keys of the cache
            var trial = new Trial(connection, server, settings.Timeout);
            var commands = new TriedCommands(tag);
            foreach (var failure in await trial.RunAsync(commands.Needed, cancellationToken))
            {
                if (failure.Command == "SET")
                    writeError ??= failure.Error;
                failed.Add(Need.Always, failure, server);
            }

            foreach (var failure in await trial.RunAsync(TriedCommands.Scripts, cancellationToken))
            {
                if (failure is { State: not CommandState.Refused, Code: not "NOSCRIPT" })
                    scriptError ??= failure.Error;
                failed.Add(Need.Scripts, failure, server);
            }

            foreach (var failure in await trial.RunAsync(commands.Messages(isSharded), cancellationToken))
                failed.Add(Need.Messages, failure, server);
            foreach (var failure in await trial.SubscribeAsync(commands.Channel(isSharded), settings.Connection, cancellationToken))
                failed.Add(Need.Messages, failure, server);
            foreach (var failure in await trial.RunAsync([["INFO", "replication"]], cancellationToken))
                failed.Add(Need.Failover, failure, server);
            foreach (var failure in await trial.RunAsync(TriedCommands.OfTheTool, cancellationToken))
                failed.Add(Need.Tool, failure, server);
        }

        return
        [
            writeError is null ? new Finding("write", Level.Ok, "An entry can be written and removed.") : WriteErrors.Explain(writeError),
            .. failed.Findings(),
            scriptError is null && !failed.Has(Need.Scripts)
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
