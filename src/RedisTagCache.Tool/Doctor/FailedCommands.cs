using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Which commands the user was refused, a server does not have, or nobody answered, on which servers, and what follows from it.</summary>
internal sealed class FailedCommands(string prefix, int servers)
{
    private readonly List<(Need Need, CommandState State, string Command, string Server)> _failed = [];

    public void Add(Need need, FailedCommand failure, IServer server)
    {
        if (failure.State != CommandState.Permitted)
            _failed.Add((need, failure.State, failure.Command, ToolSettings.Format(server.EndPoint)));
    }

    public bool Has(Need need) => _failed.Exists(failed => failed.Need == need);

    public IEnumerable<Finding> Findings()
    {
        if (!Has(Need.Always) && !Has(Need.Scripts))
            yield return new Finding("rights", Level.Ok, "The user has all permissions that the cache needs.");
        foreach (var finding in Findings(Level.Error, "", Need.Always, Need.Scripts))
            yield return finding;
        foreach (var finding in Findings(Level.Warn, ", so evictions and removals reach the memory of other instances within two seconds instead of milliseconds", Need.Messages))
            yield return finding;
        foreach (var finding in Findings(Level.Warn, ", so evictions that a failover or a restart from a snapshot has lost are not applied again", Need.Failover))
            yield return finding;
        foreach (var finding in Findings(Level.Warn, ", so find, stats, and reclaim do not work as this user. The cache works", Need.Tool))
            yield return finding;
    }

    private IEnumerable<Finding> Findings(Level level, string effect, params Need[] needs)
    {
        foreach (var (commands, where) in Sets(CommandState.Refused, needs))
        {
            yield return new Finding(
                "rights", level, $"The user may not use {Names(commands)}{where}{effect}.",
                needs is [Need.Tool] ? $"Run these commands as a user with {Rights(commands)}." : Advice(commands));
        }

        foreach (var (commands, where) in Sets(CommandState.NotAvailable, needs))
        {
            yield return new Finding(
                "rights", level, $"{Names(commands)} cannot be used{where}, because the server does not have it or it is disabled{effect}.",
                "Enable it on the server, and in the command map of the connection string. If a managed service or a proxy does not offer it, use another one.");
        }

        foreach (var (commands, where) in Sets(CommandState.NotAnswered, needs))
        {
            yield return new Finding(
                "rights", Level.Warn, $"There was no response to {Names(commands)}{where}, so its permission and those of the commands after it are not known.",
                "Check the log and the load of the server. Then run this command again, with a longer --timeout if needed.");
        }
    }

    /// <summary>The commands that failed in the same way on the same servers, together.</summary>
    private IEnumerable<(string[] Commands, string Where)> Sets(CommandState state, Need[] needs) => _failed
        .Where(failed => failed.State == state && needs.Contains(failed.Need))
        .GroupBy(static failed => failed.Command)
        .GroupBy(static command => string.Join(", ", command.Select(static failed => failed.Server).Distinct()), static command => command.Key)
        .Select(set => (set.ToArray(), set.Key.Split(", ").Length == servers ? "" : $" at {set.Key}"));

    private static string Names(string[] commands) => string.Join(", ", commands);

    private static string Rights(string[] commands) => string.Join(' ', commands.Select(static command => "+" + command.ToLowerInvariant()));

    private string Advice(string[] commands) => $"ACL SETUSER name {Rights(commands)} ~{{{prefix}:* &{{{prefix}:*" + (servers > 1 ? ", on each server." : "");
}
