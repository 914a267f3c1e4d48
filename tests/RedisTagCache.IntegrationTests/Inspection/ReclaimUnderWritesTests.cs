using System.Collections.Concurrent;
using RedisTagCache.IntegrationTests.Store;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Inspection;

/// <summary>The reclaimer at work while the application writes where it drops.</summary>
public sealed class ReclaimUnderWritesTests(StandaloneEngine engine) : StoreSuite(engine), IClassFixture<StandaloneEngine>
{
    private const int Entries = 20_000;

    [Fact]
    public async Task Reclaim_WhileDeadEntriesAreOverwritten_DropsNoFreshOneAndLeavesNoDeadOne()
    {
        await Parallel.ForAsync(0, Entries, async (i, _) => await A.WriteAsync("k" + i, "old", i % 2 == 0 ? "invalidated" : "live"));
        await A.EvictByTagAsync("invalidated");

        // Every fourth is written again while the reclaimer runs: some before it comes past, some after it, and some just between its look and its drop.
        var overwritten = new ConcurrentBag<int>();
        await using var writers = new BackgroundLoad();
        for (var writer = 0; writer < 4; writer++)
        {
            var first = 4 * writer;
            writers.Start(async stop =>
            {
                for (var i = first; i < Entries && !stop.IsCancellationRequested; i += 16)
                {
                    Assert.Equal(CacheWriteOutcome.Stored, await B.WriteAsync("k" + i, "new", "invalidated"));
                    overwritten.Add(i);
                }
            });
        }

        var steps = new List<CacheReclaimResult>();
        var pace = new CacheScanPace(200, TimeSpan.Zero);
        var result = await NewInstance().Get<ITagCacheInspector>().ReclaimAsync(new CacheReclaimOptions { Pace = pace }, new Listed(steps));
        var during = overwritten.Count;
        await writers.StopAsync();

        Assert.InRange(during, 100, Entries); // they did meet
        Assert.InRange(result.DroppedInvalidated, (Entries / 2) - overwritten.Count, Entries / 2);
        Assert.True(steps.Zip(steps.Skip(1)).All(pair => pair.First.LookedAt <= pair.Second.LookedAt && pair.First.Fraction <= pair.Second.Fraction));
        var left = EntryKeys().Select(key => key.ToString()).ToHashSet();
        var isNew = overwritten.ToHashSet();
        for (var i = 0; i < Entries; i++)
            Assert.Equal(i % 2 != 0 || isNew.Contains(i), left.Contains($"{Partitions[0].HashTag}:e:pages:test:k{i}"));
        foreach (var i in isNew.Take(500))
            Assert.Equal("new", await A.ReadAsync("k" + i));
        TestContext.Current.SendDiagnosticMessage($"{result.DroppedInvalidated} dropped, {result.Superseded} superseded, {during} written meanwhile, {result.Bytes} bytes.");
    }

    [Fact]
    public async Task Drop_OfAnEntryOverwrittenSinceItWasJudged_LeavesIt()
    {
        await A.WriteAsync("k", "old", "t");
        var judged = (byte[])(await Database.StringGetRangeAsync(EntryKey(), 0, 11))!;
        await A.WriteAsync("k", "new", "t");
        var instance = NewInstance();
        var commands = instance.Get<RedisTagCache.Management.Internal.InspectionCommands>();
        await A.ReadAsync("k");
        var key = RedisTagCache.Topology.StoredKey.Of(Partitions[0], "pages", "test", "k");
        Assert.Equal(0, (await commands.DropAsync([(key, judged)], TestContext.Current.CancellationToken))[0]);
        Assert.Equal("new", await A.ReadAsync("k"));
        judged = (byte[])(await Database.StringGetRangeAsync(EntryKey(), 0, 11))!;
        Assert.True((await commands.DropAsync([(key, judged)], TestContext.Current.CancellationToken))[0] > 0);
        Assert.Empty(EntryKeys());
    }

    private sealed class Listed(List<CacheReclaimResult> list) : IProgress<CacheReclaimResult>
    {
        public void Report(CacheReclaimResult value) => list.Add(value);
    }
}
