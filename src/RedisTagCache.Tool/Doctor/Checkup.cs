using RedisTagCache.Diagnostics.Advice;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>All checks, one after the other. Each wait is bounded, and after the first server that does not answer there are few.</summary>
internal static class Checkup
{
    /// <param name="settings">The cache.</param>
    /// <param name="isReadOnly">Whether to leave out the commands that are tried, which write.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(IReadOnlyList<Finding> Findings, bool IsConnected)> RunAsync(ToolSettings settings, bool isReadOnly, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        await using var connection = await ReachCheck.ConnectAsync(settings, findings, cancellationToken);
        if (connection is null)
            return (findings, false);
        if (!string.IsNullOrEmpty(settings.Connection.ChannelPrefix))
            findings.Add(new Finding("messages", Level.Warn, $"The connection string has a channelPrefix: {ConnectionAdvice.ChannelPrefixEffect}.", ConnectionAdvice.ChannelPrefixRemedy));

        var facts = await Task.WhenAll(connection.GetServers().Where(static server => server.ServerType != ServerType.Sentinel)
            .Select(server => ServerFacts.OfAsync(server, settings.Timeout, cancellationToken)));
        findings.AddRange(ServerChecks.Roles(facts));
        foreach (var server in facts.Where(static server => server.IsAnswering))
        {
            findings.Add(ServerChecks.Version(server));
            findings.Add(ServerChecks.Memory(server, settings.MaxTagInvalidations));
            findings.Add(ServerChecks.Persistence(server));
        }

        var primaries = Array.FindAll(facts, static server => server is { IsAnswering: true, IsReplica: false });
        var database = connection.GetDatabase();
        if (primaries.Length > 0)
        {
            if (!isReadOnly)
                findings.AddRange(await new Rights(connection, Array.ConvertAll(primaries, static primary => primary.Server), settings).CheckAsync(cancellationToken));
            findings.Add(await CacheChecks.RoundTripAsync(database, settings.Timeout, cancellationToken));
            if (await CacheChecks.ClockAsync(primaries[0].Server, settings.Timeout, cancellationToken) is { } clock)
                findings.Add(clock);
        }

        var clusterPrimaries = primaries.Count(static primary => primary.Server.ServerType == ServerType.Cluster);
        findings.Add(await CacheChecks.LayoutAsync(database, settings, clusterPrimaries, cancellationToken));
        return (findings, true);
    }
}
