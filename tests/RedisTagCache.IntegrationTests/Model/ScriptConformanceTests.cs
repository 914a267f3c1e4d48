using System.Globalization;
using RedisTagCache.Model;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>The steps of the model are the scripts: the same random calls, losses and changes of server, through both.</summary>
public sealed class ScriptConformanceTests
{
    private const int Histories = 300;
    private const int Steps = 60;

    [Fact]
    public async Task TheSameCalls_HaveTheSameEffectInTheModelAndInRedis()
    {
        ServerFeatures.Require(ServerFeature.Replication);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        var seed = Environment.TickCount;
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var history = 0; history < Histories; history++)
        {
            var random = new Random(seed + history);
            var pair = new ScriptPair(connection.GetDatabase(), string.Create(CultureInfo.InvariantCulture, $"c{history}"));
            var done = new List<string>();
            try
            {
                for (var step = 0; step < Steps && pair.HasRoom; step++)
                {
                    done.Add(await StepAsync(pair, random));
                    await pair.CompareAsync();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"Seed {seed + history}: {string.Join("; ", done)}; then {e.Message}");
            }

            foreach (var kind in done)
                kinds[kind.Split(' ')[0]] = kinds.GetValueOrDefault(kind.Split(' ')[0]) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kinds.Values.Sum()} steps from seed {seed}: {string.Join(", ", kinds.Select(kind => $"{kind.Value} {kind.Key}"))}");
        Assert.Equal(21, kinds.Count);
    }

    private static async Task<string> StepAsync(ScriptPair pair, Random random)
    {
        var key = random.Next(Two.Length);
        var token = One([.. pair.Stamps]);
        var current = random.Next(3) > 0 && !pair.Model.Stamp.IsNone ? pair.Model.Stamp : token;
        var startedAt = random.Next(2) == 0 ? pair.Model.LastRemoval : One([.. pair.Removals]);
        var owner = (byte)random.Next(1, 4);
        var isStaged = random.Next(3) == 0;
        var seen = random.Next(4) == 0 ? (byte)0 : pair.Model.Entries[key].Id;
        switch (random.Next(29))
        {
            case 0 or 1 or 2 or 3:
                var floor = One([.. pair.Stamps]).Epoch;
                await pair.SyncTagInvalidationsAsync(token, random.Next(2) == 0, random.Next(4) == 0 && floor <= pair.Model.Stamp.Epoch ? floor : (byte)0);
                return $"sync {token}";
            case 4 or 5 or 6 or 7:
                var (evicted, expired, cap) = ((byte)random.Next(4), (byte)random.Next(4), (byte)random.Next(1, 5));
                if ((evicted | expired) == 0)
                    evicted = 1;
                await pair.InvalidateAsync(evicted, expired, cap);
                return $"invalidate {evicted} {expired} cap {cap}";
            case 8 or 9:
                await pair.WriteAsync(key, current, isStaged);
                return $"write {key} {current}";
            case 10 or 11:
                var by = random.Next(2) == 0 ? pair.Model.Leases[key] : owner;
                await pair.FillAsync(key, current, by, startedAt, isStaged);
                return $"fill {key} {current} {by} {startedAt}";
            case 12:
                await pair.OverwriteAsync(key, current, isStaged);
                return $"set {key} {current}";
            case 13:
                await pair.RemoveAsync(key);
                return $"remove {key}";
            case 14 or 15 or 16:
                await pair.AcquireAsync(key, owner, seen);
                return $"acquire {key} {owner} {seen}";
            case 17:
                await pair.ReleaseAsync(key, owner);
                return $"release {key} {owner}";
            case 18 or 19:
                await pair.SyncRemovalsAsync(startedAt);
                return $"removals {startedAt}";
            case 20:
                await pair.LoseEntryAsync(key);
                return $"lose-entry {key}";
            case 21:
                await pair.LoseLeaseAsync(key);
                return $"lose-lease {key}";
            case 22:
                await pair.FillBothAsync(current, random.Next(2) == 0 ? pair.Model.Leases[key] : owner, startedAt, isStaged, random.Next(2) == 0);
                return $"fill-both {current}";
            case 23:
                await pair.OverwriteBothAsync(current, isStaged, random.Next(2) == 0);
                return $"set-both {current}";
            case 24:
                var (other, next) = (random.Next(Two.Length), (byte)random.Next(1, 4));
                await pair.AcquireBothAsync((key, owner, seen), (other, next, random.Next(4) == 0 ? (byte)0 : pair.Model.Entries[other].Id));
                return $"acquire-both {key} {owner} {seen} and {other} {next}";
            case 25:
                await pair.FindTagInvalidationsAsync();
                return "find";
            case 26:
                return await LoseAsync(pair, random.Next(3));
            case 27:
                await pair.WriteBothAsync(current, isStaged, random.Next(2) == 0);
                return $"write-both {current}";
            default:
                if (!pair.HasEarlier)
                {
                    await pair.RememberAsync();
                    return "remember";
                }

                await pair.GoBackAsync();
                return "go-back";
        }

        T One<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];
    }

    private static async Task<string> LoseAsync(ScriptPair pair, int what)
    {
        switch (what)
        {
            case 0:
                await pair.LoseEpochAsync();
                return "lose-epoch";
            case 1:
                await pair.LoseTagInvalidationsAsync();
                return "lose-invalidations";
            default:
                await pair.LoseRemovalsAsync();
                return "lose-removals";
        }
    }
}
