using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>
/// A primary confirms evictions and fails, and its replica, which has the entries but not the evictions, takes over. Counts what is still returned
/// when nothing more changes: by the two instances that lived through it, and by a new one.
/// </summary>
internal sealed class PeerFailover(PeerDesign design)
{
    private const int Entries = 20;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly string[] _keys = [.. Enumerable.Range(0, Entries).Select(i => string.Create(null, $"k{i}"))];

    public PeerDesign Design => design;

    public int ByOld { get; private set; }

    public int ByNew { get; private set; }

    /// <summary>Whether both instances have read from the new primary; nothing was counted otherwise.</summary>
    public bool IsBack { get; private set; }

    public TimeSpan Took { get; private set; }

    public async Task RunAsync()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture), "--repl-diskless-sync-delay", "0");
        await using var replicaAdmin = await replica.ConnectAsync();
        await using var primaryAdmin = await primary.ConnectAsync();
        var (from, to) = (primaryAdmin.GetServers()[0], replicaAdmin.GetServers()[0]);
        await Eventually.BecomesTrueAsync(
            async () => ((string?)await to.ExecuteAsync("INFO", "replication"))!.Contains("master_link_status:up", StringComparison.Ordinal), "the replica is synchronized");

        var endpoints = $"{primary.ConnectionString},{replica.ConnectionString}";
        await using var a = await design.StartAsync(endpoints);
        await using var b = await design.StartAsync(endpoints);
        foreach (var key in _keys)
        {
            await a.GetOrComputeAsync(key, key, static () => Task.FromResult("old"));
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    await b.GetOrComputeAsync(key, key, static () => Task.FromResult("old")); // on a busy machine, the other one's write may have been skipped
                    return await b.ReadAsync(key) is not null;
                },
                "both have the value");
        }

        await Eventually.BecomesTrueAsync(async () => await from.DatabaseSizeAsync() == await to.DatabaseSizeAsync(), "the entries are replicated");
        await to.ExecuteAsync("REPLICAOF", "127.0.0.1", "1"); // its link is down: it receives nothing more
        foreach (var key in _keys)
        {
            await a.EvictAsync(key);
            await b.ReadAsync(key);
        }

        primary.Kill();
        await to.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await WatchAsync(a, b, replica);
    }

    private async Task WatchAsync(IPeer a, IPeer b, RedisServer replica)
    {
        var watch = Stopwatch.StartNew();
        await using var another = await design.StartAsync(replica.ConnectionString);
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500)); // how often is looked
            try
            {
                if (await SeesAsync(a, another) && await SeesAsync(b, another))
                    await CountAsync(a, b, another);
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException)
            {
                // not yet, or not for the moment
            }

            Took = watch.Elapsed;
        }
        while ((!IsBack || (ByOld, ByNew) != (0, 0)) && watch.Elapsed < _patience);
    }

    /// <summary>Whether it finds what the new instance writes: it reads from the new primary, and does not just give misses.</summary>
    private static async Task<bool> SeesAsync(IPeer old, IPeer another)
    {
        var key = Guid.NewGuid().ToString("N");
        await another.GetOrComputeAsync(key, key, static () => Task.FromResult("v"));
        return await old.ReadAsync(key) is not null;
    }

    private async Task CountAsync(IPeer a, IPeer b, IPeer another)
    {
        var served = await Task.WhenAll(_keys.Select((key, i) => IsServedAsync(key, a, b, another, newFirst: i % 2 == 0)));
        ByOld = served.Count(s => s.ByOld);
        ByNew = served.Count(s => s.ByNew);
        IsBack = true;
    }

    /// <summary>Who asks first matters to a design that deletes what it finds to be evicted, so it is the new instance every other time.</summary>
    private static async Task<(bool ByOld, bool ByNew)> IsServedAsync(string key, IPeer a, IPeer b, IPeer another, bool newFirst)
    {
        var byNew = newFirst && await another.ReadAsync(key) is not null;
        var byOld = await a.ReadAsync(key) is not null | await b.ReadAsync(key) is not null;
        return (byOld, byNew | await another.ReadAsync(key) is not null);
    }

    public override string ToString() => IsBack
        ? string.Create(null, $"| {design.Name} | {ByOld} of {Entries} | {ByNew} of {Entries} | {Took.TotalSeconds:F1} s |")
        : string.Create(null, $"| {design.Name} | not back within {_patience.TotalSeconds:F0} s | | |");
}
