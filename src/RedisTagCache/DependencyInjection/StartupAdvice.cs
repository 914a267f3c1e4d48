using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Advice;
using RedisTagCache.Scripts;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>
/// Looks once, in the background after the first connection, for settings that will hurt, and logs what to do about each. It asks each primary one question, or two if the first reply
/// leaves out the time, and ends after the operation timeout. Nobody waits for it, and without a logger that wants warnings it asks nothing.
/// </summary>
internal sealed class StartupAdvice(RedisConnection connection, LayoutAgreement layout, RedisTagCacheOptions options, GivenAdvice given, TimeProvider time, TimeProvider steadyTime, ILogger logger)
{
    private int _hasLooked;

    /// <summary>Waits for the first connection.</summary>
    public void Attach() => connection.Restored += Begin;

    private void Begin()
    {
        connection.Restored -= Begin;
        if (Interlocked.Exchange(ref _hasLooked, 1) == 0)
            Task.Run(LookAsync).Forget();
    }

    private async Task LookAsync()
    {
        try
        {
            if (!logger.IsEnabled(LogLevel.Warning))
                return;
            using var end = new CancellationTokenSource(options.OperationTimeout, steadyTime);
            var database = await connection.GetDatabaseAsync().AsTask().WaitAsync(end.Token).ConfigureAwait(false);
            AdviseOnConnection(database.Multiplexer);
            var primaries = Array.FindAll(database.Multiplexer.GetServers(), static server => server is { IsConnected: true, IsReplica: false } && server.ServerType != ServerType.Sentinel);
            var reports = await Task.WhenAll(primaries.Select(server => ReportAsync(server, end.Token))).ConfigureAwait(false);
            AdviseOnTopology(primaries, Array.ConvertAll(reports, static report => report.Report));
            foreach (var (server, (report, difference)) in primaries.Zip(reports))
                AdviseOnServer(LocationOf(server), report, difference);
            Log.SettingsChecked(logger, connection.Location, primaries.Length, reports.Count(static report => report.Report.IsEmpty));
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || connection.IsClosing(e))
        {
            Log.BackgroundCommandFailed(logger, e);
        }
#pragma warning disable CA1031 // A logger that throws must not become an exception that nobody observes.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(logger, e);
        }
    }

    private void AdviseOnConnection(IConnectionMultiplexer multiplexer)
    {
        if (ClientSettings.HasChannelPrefix(multiplexer))
            Log.ChannelPrefixSet(logger, connection.Location, ConnectionAdvice.Page);
        if (ClientSettings.QueuesWhileDisconnected(multiplexer) == true)
            Log.CallsQueued(logger, connection.Location, (long)options.OperationTimeout.TotalMilliseconds, ConnectionAdvice.Page);
    }

    private void AdviseOnTopology(IServer[] primaries, ServerReport[] reports)
    {
        var areStandalone = Array.TrueForAll(primaries, static server => server.ServerType == ServerType.Standalone) && Array.TrueForAll(reports, static report => report.IsReplica == false);
        if (ConnectionAdvice.AreUnrelated(primaries.Length, areStandalone))
            Log.PrimariesUnrelated(logger, connection.Location, primaries.Length, ConnectionAdvice.Page);
        var clusterPrimaries = primaries.Count(static server => server.ServerType == ServerType.Cluster);
        if (layout.Agreed is { } agreed && ConnectionAdvice.AreTooFewPartitions(clusterPrimaries, agreed.Count))
            Log.TooFewPartitions(logger, connection.Location, clusterPrimaries, agreed.Count, ConnectionAdvice.PartitionsPage);
    }

    private void AdviseOnServer(RedisLocation location, ServerReport server, TimeSpan difference)
    {
        switch (MemoryAdvice.RiskOf(server, options.MaxTagInvalidations))
        {
            case MemoryRisk.NoEviction or MemoryRisk.Full when IsNew(LogIds.MemoryNotFreed, location):
                Log.MemoryNotFreed(logger, location, server.Number("used_memory")!.Value, server.Number("maxmemory")!.Value, MemoryAdvice.Page);
                break;
            case MemoryRisk.AnyKeyOfFew when IsNew(LogIds.TagInvalidationsAtRisk, location):
                Log.TagInvalidationsAtRisk(logger, location, server.Number("maxmemory")!.Value, options.MaxTagInvalidations, MemoryAdvice.Page);
                break;
        }

        if (ServerAdvice.IsPersistenceFailing(server) && IsNew(LogIds.PersistenceFailing, location))
            Log.PersistenceFailing(logger, location, ServerAdvice.PersistencePage);
        if (ServerAdvice.TooOld(server.Engine, server.Version) is { } version && IsNew(LogIds.ServerTooOld, location))
            Log.ServerTooOld(logger, location, version.Major, version.Minor, ServerAdvice.VersionPage);
        if (ServerAdvice.AreClocksApart(difference) && IsNew(LogIds.ClocksApart, location))
            Log.ClocksApart(logger, location, (long)Math.Round(difference.TotalSeconds), ServerAdvice.ClockPage);
    }

    private bool IsNew(int logId, RedisLocation location) => given.IsNew(logId, location.Addresses);

    /// <summary>Asks a server about itself, and compares its clock. A server that does not answer in time, or not this user, reports nothing.</summary>
    private async Task<(ServerReport Report, TimeSpan ClockDifference)> ReportAsync(IServer server, CancellationToken end)
    {
        var report = ServerReport.Empty;
        try
        {
            var before = time.GetUtcNow();
            report = ServerReport.Parse(ServerInfoScript.Parse(await UntilAsync(ServerInfoScript.RunAsync(server), end).ConfigureAwait(false)));
            if (report.IsEmpty)
                return (report, TimeSpan.Zero);
            var there = report.Time ?? new DateTimeOffset(await UntilAsync(server.TimeAsync(), end).ConfigureAwait(false), TimeSpan.Zero); // not every server reports it
            return (report, ServerAdvice.ClockDifference(there, before, time.GetUtcNow()));
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || connection.IsClosing(e))
        {
            Log.BackgroundCommandFailed(logger, e);
            return (report, TimeSpan.Zero);
        }
    }

    private static Task<T> UntilAsync<T>(Task<T> asking, CancellationToken end)
    {
        asking.Forget();
        return asking.WaitAsync(end);
    }

    private RedisLocation LocationOf(IServer server) => new(Addresses.Format(server.EndPoint), layout.KeyPrefix);
}
