using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Which commands the user was refused, on which servers, and what follows from it.</summary>
internal sealed class Refusals(string prefix, int servers)
{
    private readonly List<(Need Need, string Command, string Server)> _refused = [];

    public void Add(Need need, string command, IServer server, string error)
    {
        if (Trial.IsRefused(error))
            _refused.Add((need, command, ToolSettings.Format(server.EndPoint)));
    }

    public bool Has(Need need) => _refused.Exists(refused => refused.Need == need);

    public IEnumerable<Finding> Findings()
    {
        if (!Has(Need.Always) && !Has(Need.Scripts))
            yield return new Finding("rights", Level.Ok, "The user has all permissions that the cache needs.");
        foreach (var (commands, where) in Sets(Need.Always, Need.Scripts))
            yield return new Finding("rights", Level.Error, $"The user may not use {Names(commands)}{where}.", Advice(commands));
        foreach (var (commands, where) in Sets(Need.Messages))
        {
            yield return new Finding(
                "rights", Level.Warn, $"The user may not use {Names(commands)}{where}, so evictions and removals reach the memory of other instances within two seconds instead of milliseconds.", Advice(commands));
        }

        foreach (var (commands, where) in Sets(Need.Failover))
            yield return new Finding("rights", Level.Warn, $"The user may not use {Names(commands)}{where}, so evictions that a failover or a restart from a snapshot has lost are not applied again.", Advice(commands));
        foreach (var (commands, where) in Sets(Need.Tool))
            yield return new Finding("rights", Level.Warn, $"The user may not use {Names(commands)}{where}, so find, stats, and reclaim do not work as this user. The cache works.", $"Run these commands as a user with {Rights(commands)}.");
    }

    /// <summary>The commands that are missing on the same servers, together.</summary>
    private IEnumerable<(string[] Commands, string Where)> Sets(params Need[] needs) => _refused
        .Where(refused => needs.Contains(refused.Need))
        .GroupBy(static refused => refused.Command)
        .GroupBy(static command => string.Join(", ", command.Select(static refused => refused.Server).Distinct()), static command => command.Key)
        .Select(set => (set.ToArray(), set.Key.Split(", ").Length == servers ? "" : $" at {set.Key}"));

    private static string Names(string[] commands) => string.Join(", ", commands);

    private static string Rights(string[] commands) => string.Join(' ', commands.Select(static command => "+" + command.ToLowerInvariant()));

    private string Advice(string[] commands) => $"ACL SETUSER name {Rights(commands)} ~{{{prefix}:* &{{{prefix}:*" + (servers > 1 ? ", on each server." : "");
}
