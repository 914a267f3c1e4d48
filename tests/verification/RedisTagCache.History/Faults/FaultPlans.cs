using System.Diagnostics;
using System.Globalization;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Work;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.History.Faults;

/// <summary>Everything that is done to a fleet, in the order in which it is done.</summary>
internal sealed class FaultPlans(RedisPair redis, IReadOnlyList<WorkerProcess> workers, IReadOnlyList<Proxies> proxies, Func<WorkerProcess> newStranger)
{
    private const int JunkDatabase = 1;
    private const int JunkBytes = 8 * 1024;
    private const int JunkAtOnce = 200;
    private const int EvictedKeys = 500;
    private const int Cuts = 6;

    /// <summary>What a fault takes away may not be there just now: leases are short.</summary>
    private const int MaxTries = 60;

    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _cutOff = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _losing = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan _junkLife = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan _looking = TimeSpan.FromSeconds(5);

    private int _victim;

    public IReadOnlyList<FaultPlan> All()
    {
        List<FaultPlan> plans =
        [
            new("SCRIPT FLUSH", LeasesLost.None, () => RepeatedAsync(10, FlushScriptsAsync)),
            new("DEL of the epoch", LeasesLost.None, () => RepeatedAsync(3, () => DeleteAsync("epoch"))),
            new("DEL of the marks", LeasesLost.None, () => RepeatedAsync(3, () => DeleteAsync("marks"))),
            new("DEL of the removals", LeasesLost.None, () => RepeatedAsync(3, () => DeleteAsync("removals"))),
            new("DEL of leases", LeasesLost.All, () => RepeatedAsync(3, DeleteLeasesAsync)),
            new("CLIENT KILL TYPE normal", LeasesLost.All, () => RepeatedAsync(3, () => KillClientsAsync("normal"))),
            new("CLIENT KILL TYPE pubsub", LeasesLost.None, () => RepeatedAsync(3, () => KillClientsAsync("pubsub"))),
            new("FLUSHALL", LeasesLost.All, FlushAllAsync),
            new("redis-server stopped for 3 s", LeasesLost.All, HangAsync),
            new("redis-server killed, back empty", LeasesLost.All, KillAsync),
            new("redis-server full, evicts keys", LeasesLost.All, FillAsync),
            new("connection cut at a random byte", LeasesLost.Own, CutAsync, workers.Count - 1),
            new("instance that may return its copies then cut off for 4 s", LeasesLost.Own, () => CutOffAsync(proxies.Count - 1), workers.Count - 1),
            new("instance that may not cut off for 4 s", LeasesLost.Own, () => CutOffAsync(0), workers.Count - proxies.Count),
            new("worker killed, another started", LeasesLost.None, ReplaceWorkerAsync),
            new("worker stopped for 3 s", LeasesLost.Own, StopWorkerAsync, 0),
            new("redis-server killed, back with an older snapshot", LeasesLost.All, () => WithStrangerAsync(go => redis.RestoreSnapshotAsync(2 * _losing, go))),
            new("primary killed, replica promoted", LeasesLost.All, () => WithStrangerAsync(go => redis.FailOverAsync(_losing, go)))
        ];
        if (FakeClock.IsInstalled)
            plans.Add(new FaultPlan("primary killed, replica with a clock a minute behind promoted", LeasesLost.All, FailOverToSlowClockAsync));
        else if (RedisFixture.IsRealRedisRequired)
            throw new InvalidOperationException("libfaketime is required, and was not found.");
        return plans;
    }

    private async Task<string> FlushScriptsAsync()
    {
        var before = await LoadedAsync();
        await redis.AskAsync(async (server, _) =>
        {
            await server.ScriptFlushAsync();
            return true;
        });
        return before > 0 ? "1" : "0";
    }

    private Task<long> LoadedAsync() => redis.AskAsync(async (server, _) => RedisPair.Number(await server.InfoAsync("memory"), "number_of_cached_scripts"));

    /// <summary>Deletes a key of each cache.</summary>
    private Task<string> DeleteAsync(string name) => redis.AskAsync(async (_, database) =>
        (await database.KeyDeleteAsync([.. Enumerable.Range(0, Plan.Caches).Select(cache => (RedisKey)$"{{{Plan.PrefixOf(cache)}:0}}:{name}")])).ToString(CultureInfo.InvariantCulture));

    private Task<string> DeleteLeasesAsync() => redis.AskAsync(async (server, database) =>
    {
        var leases = new List<RedisKey>();
        await foreach (var key in server.KeysAsync(pattern: "{*:0}:l:*", pageSize: 1_000))
            leases.Add(key);
        return (await database.KeyDeleteAsync([.. leases])).ToString(CultureInfo.InvariantCulture);
    });

    private Task<string> KillClientsAsync(string type) => redis.AskAsync(async (server, _) => (string?)await server.ExecuteAsync("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes") ?? "0");

    private Task<Injected> FlushAllAsync() => redis.AskAsync(async (server, _) =>
    {
        var keys = await server.DatabaseSizeAsync();
        await server.FlushAllDatabasesAsync();
        return Happened(keys, "keys dropped");
    });

    private async Task<Injected> HangAsync()
    {
        redis.Primary.Hang();
        await Task.Delay(_hang);
        redis.Primary.Resume();
        return new Injected("stopped and resumed");
    }

    private async Task<Injected> KillAsync()
    {
        await redis.RestartEmptyAsync();
        return new Injected("another process");
    }

    private Task<Injected> FillAsync() => redis.AskAsync(async (server, database) =>
    {
        var junk = database.Multiplexer.GetDatabase(JunkDatabase);
        var value = new byte[JunkBytes];
        Random.Shared.NextBytes(value);
        var before = await EvictedAsync(server);
        while (await EvictedAsync(server) < before + EvictedKeys)
            await Task.WhenAll(Enumerable.Range(0, JunkAtOnce).Select(_ => junk.StringSetAsync($"junk:{Guid.NewGuid()}", value, _junkLife)));
        return Happened(await EvictedAsync(server) - before, "keys evicted by Redis");
    });

    private static async Task<long> EvictedAsync(IServer server) => RedisPair.Number(await server.InfoAsync("stats"), "evicted_keys");

    private async Task<Injected> CutAsync()
    {
        for (var i = 0; i < Cuts; i++)
        {
            await proxies[^1].CutAsync(redis.Primary);
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }

        return Happened(Cuts, "cuts");
    }

    private async Task<Injected> CutOffAsync(int place)
    {
        // A connection that only listens sends nothing, and would stay: those of all workers are ended, and one worker gets no other.
        var cuttingOff = proxies[place].CutOffAsync(redis.Primary, _cutOff);
        await KillClientsAsync("pubsub");
        return Happened(await cuttingOff, "connections ended with their first byte");
    }

    private async Task<Injected> ReplaceWorkerAsync()
    {
        var victim = workers[_victim++ % workers.Count];
        await victim.ReplaceAsync();
        return new Injected($"{victim.Worker} began");
    }

    private async Task<Injected> StopWorkerAsync()
    {
        workers[0].Stop();
        await Task.Delay(_hang);
        workers[0].Resume();
        return new Injected("stopped and resumed");
    }

    private async Task<Injected> FailOverToSlowClockAsync()
    {
        var injected = await WithStrangerAsync(go => redis.FailOverAsync(_losing, go, FakeClock.Behind()));
        var behind = await redis.AskAsync(async (server, _) => DateTime.UtcNow - await server.TimeAsync());
        return behind > TimeSpan.FromSeconds(50)
            ? injected with { Evidence = FormattableString.Invariant($"{injected.Evidence}, {behind.TotalSeconds:0} s behind") }
            : throw new InvalidOperationException("The clock was not behind.");
    }

    /// <summary>Has a process look on that knows of nothing, and so is served what came back until those who know better repeat it.</summary>
    private async Task<Injected> WithStrangerAsync(Func<Action, Task<Rollback>> lose)
    {
        await using var stranger = newStranger();
        await stranger.PrepareAsync();
        var rollback = await lose(stranger.Go);
        await Task.Delay(_looking);
        await stranger.EndAsync();
        return new Injected(FormattableString.Invariant($"{(rollback.LostUntil - rollback.LostFrom) / (double)Stopwatch.Frequency:0.0} s lost"), rollback);
    }

    private static async Task<Injected> RepeatedAsync(int times, Func<Task<string>> inject)
    {
        var count = 0L;
        for (var i = 0; i < times || (count == 0 && i < MaxTries); i++)
        {
            count += long.Parse(await inject(), CultureInfo.InvariantCulture);
            await Task.Delay(TimeSpan.FromSeconds(2.0 / times));
        }

        return Happened(count, "of them");
    }

    private static Injected Happened(long count, string what) =>
        count > 0 ? new Injected(FormattableString.Invariant($"{count} {what}")) : throw new InvalidOperationException("The fault did not happen.");
}
