using RedisTagCache.Benchmarks.Http;
using RedisTagCache.Benchmarks.Processes;
using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>What the project wants to reach, each a ratio or a count of one run.</summary>
internal static class Goals
{
    private static readonly string _taggedGet = ReadsAndWrites.GetName(Size.Page, 3, 64);
    private static readonly string _get = ReadsAndWrites.GetName(Size.Page, 0, 64);
    private static readonly string _taggedSet = ReadsAndWrites.SetName(Size.Page, 3, 64);
    private static readonly string _set = ReadsAndWrites.SetName(Size.Page, 0, 64);
    private static readonly string _singleTaggedGet = ReadsAndWrites.GetName(Size.Page, 3, 1);
    private static readonly string _singleGet = ReadsAndWrites.GetName(Size.Page, 0, 1);
    private static readonly string _singleTaggedSet = ReadsAndWrites.SetName(Size.Page, 3, 1);
    private static readonly string _largeSet = ReadsAndWrites.SetName(Size.Large, 3, 64);
    private static readonly string _hugeSet = ReadsAndWrites.SetName(Size.Huge, 3, 64);
    private static readonly string _hit = LocalValues.HitName(3);
    private static readonly Func<Sample, double> _serverProcessor = static sample => sample.Server.Processor / sample.Count;

    public static IReadOnlyList<Goal> All { get; } =
    [
        new("tagged-get-bare", "Tagged get of 1 KB, 64 callers: throughput by a bare GET", run => run.Ratio(_taggedGet, StoreNames.OurStore, StoreNames.Bare), AtLeast: 0.92),
        new("tagged-get-microsoft", "The same through the output-cache store, by Microsoft's", run => run.Ratio(_taggedGet, StoreNames.OurPages, StoreNames.MicrosoftPages), AtLeast: 1.0),
        new("get-bare", "Untagged get of 1 KB, 64 callers: throughput by a bare GET", run => run.Ratio(_get, StoreNames.OurStore, StoreNames.Bare), AtLeast: 0.97),
        new("get-microsoft", "The same through IDistributedCache, by Microsoft's RedisCache", run => run.Ratio(_get, StoreNames.OurDistributed, StoreNames.MicrosoftDistributed), AtLeast: 1.1),
        new("single-get-pages", "Tagged get of 1 KB through the output-cache store, 1 caller: throughput by Microsoft's", run => run.Ratio(_singleTaggedGet, StoreNames.OurPages, StoreNames.MicrosoftPages), AtLeast: 1.0),
        new("single-get-hybrid", "The same through HybridCache, by Microsoft's", run => run.Ratio(_singleTaggedGet, StoreNames.OurHybrid, StoreNames.MicrosoftHybrid), AtLeast: 1.0),
        new("single-get", "Untagged get of 1 KB through IDistributedCache, 1 caller: throughput by Microsoft's RedisCache", run => run.Ratio(_singleGet, StoreNames.OurDistributed, StoreNames.MicrosoftDistributed), AtLeast: 1.0),
        new("hybrid-get-bytes", "Bytes allocated by a get of 1 KB from Redis through HybridCache, by Microsoft's", run => run.Bytes(_taggedGet, StoreNames.OurHybrid) / run.Bytes(_taggedGet, StoreNames.MicrosoftHybrid), AtMost: 1),
        new("tagged-get-bytes", "Bytes allocated by a tagged get of 1 KB, the payload included, ITagCacheStore", run => run.Bytes(_taggedGet, StoreNames.OurStore), AtMost: 400 + Size.Page),
        new("get-bytes", "Bytes allocated by an untagged get beyond the payload, IDistributedCache", run => run.Bytes(_get, StoreNames.OurDistributed) - Size.Page, AtMost: 400),
        new("buffer-get-bytes", "Bytes allocated by a get into a buffer, in all", run => run.Bytes(_get, StoreNames.OurBuffer), AtMost: 300),
        new("tagged-set", "Set with 3 tags through the output-cache store: throughput by Microsoft's", run => run.Ratio(_taggedSet, StoreNames.OurPages, StoreNames.MicrosoftPages), AtLeast: 1.3),
        new("set", "Set through IDistributedCache: throughput by Microsoft's RedisCache", run => run.Ratio(_set, StoreNames.OurDistributed, StoreNames.MicrosoftDistributed), AtLeast: 1.0),
        new("large-set-microsoft", "Set of 16 KB with 3 tags through the output-cache store: throughput by Microsoft's", run => run.Ratio(_largeSet, StoreNames.OurPages, StoreNames.MicrosoftPages), AtLeast: 1.05),
        new("huge-set-microsoft", "Set of 256 KB with 3 tags through the output-cache store: throughput by Microsoft's", run => run.Ratio(_hugeSet, StoreNames.OurPages, StoreNames.MicrosoftPages), AtLeast: 1.0),
        new("huge-set", "Set of 256 KB with 3 tags: time by a bare SET", run => 1 / run.Ratio(_hugeSet, StoreNames.OurStore, StoreNames.Bare), AtMost: 1.1),
        new("get-server", "Redis CPU of a tagged get by that of a GET", run => run.Ratio(_taggedGet, StoreNames.OurStore, StoreNames.Bare, _serverProcessor), AtMost: 1.25),
        new("set-server", "Redis CPU of a set with 3 tags by that of a SET", run => run.Ratio(_taggedSet, StoreNames.OurStore, StoreNames.Bare, _serverProcessor), AtMost: 3),
        new("evict-flat", "Eviction of a tag: time with 1,000,000 entries by that with 10 (flat: at most 1.5)", run => Eviction(run, "ours", 1_000_000) / Eviction(run, "ours", 10), AtMost: 1.5),
        new("evict-trips", "Eviction of a tag, in round trips", run => Eviction(run, "trips", 1_000_000), AtMost: 3),
        new("hit-microsoft", "Local hit with 3 tags: time by Microsoft's HybridCache", run => 1 / run.Ratio(_hit, Lab.Names[0], Lab.Names[2]), AtMost: 1),
        new("hit-bytes", "Local hit with 3 tags: bytes allocated", run => Math.Round(run.Bytes(_hit, Lab.Names[0])), AtMost: 0),
        new("hit-fusion", "Local hit with 3 tags: throughput by FusionCache's", run => run.Ratio(_hit, Lab.Names[0], Lab.Names[3]), AtLeast: 10),
        new("hit-threads", "Local hit with 3 tags, 8 threads: time by Microsoft's HybridCache", run => 1 / run.Ratio(LocalValues.HitOfManyName, Lab.Names[0], Lab.Names[2]), AtMost: 1),
        new("hit-threads-bytes", "The same: bytes allocated", run => Math.Round(run.Bytes(LocalValues.HitOfManyName, Lab.Names[0])), AtMost: 0),
        new("hybrid-set", "Set of 1 KB with 3 tags through HybridCache, 64 callers: throughput by Microsoft's", run => run.Ratio(_taggedSet, StoreNames.OurHybrid, StoreNames.MicrosoftHybrid), AtLeast: 1.0),
        new("hybrid-set-server", "Redis CPU of it by that of Microsoft's", run => run.Ratio(_taggedSet, StoreNames.OurHybrid, StoreNames.MicrosoftHybrid, _serverProcessor), AtMost: 2.5),
        new("hybrid-set-single", "The same, 1 caller: throughput by Microsoft's", run => run.Ratio(_singleTaggedSet, StoreNames.OurHybrid, StoreNames.MicrosoftHybrid), AtLeast: 1.0),
        new("large-hybrid-set", "Set of 16 KB with 3 tags through HybridCache, 64 callers: throughput by Microsoft's", run => run.Ratio(_largeSet, StoreNames.OurHybrid, StoreNames.MicrosoftHybrid), AtLeast: 1.0),
        new("large-hybrid-set-bytes", "Bytes allocated by it, by Microsoft's", run => run.Bytes(_largeSet, StoreNames.OurHybrid) / run.Bytes(_largeSet, StoreNames.MicrosoftHybrid), AtMost: 1.05),
        new("miss-bytes", "Bytes allocated by a miss and its factory, beyond those of Microsoft's HybridCache", run => run.Bytes(LocalValues.MissName, Lab.Names[0]) - run.Bytes(LocalValues.MissName, Lab.Names[2]), AtMost: 1_024),
        new("miss-microsoft", "Miss and factory, 1 caller: throughput by Microsoft's HybridCache", run => run.Ratio(LocalValues.MissName, Lab.Names[0], Lab.Names[2]), AtLeast: 0.9),
        new("miss-fusion", "Miss and factory, 1 caller: throughput by FusionCache's with backplane and locker", run => run.Ratio(LocalValues.MissName, Lab.Names[0], Lab.Names[4]), AtLeast: 3),
        new("miss-many-microsoft", "Miss and factory, 64 callers: throughput by Microsoft's HybridCache", run => run.Ratio(LocalValues.MissOfManyName, Lab.Names[0], Lab.Names[2]), AtLeast: 1.0),
        new("large-hits", "100 callers of one entry of 5 MB: hits", run => run.Figure(Studies.Study.LargeReads, Studies.LargeReadsStudy.Hits), AtLeast: 100),
        new("large-memory", "The same: working set by that of separate GETs", run => run.Figure(Studies.Study.LargeReads, Studies.LargeReadsStudy.Memory), AtMost: 1.2),
        new("large-time", "The same: time by that of separate GETs", run => run.Figure(Studies.Study.LargeReads, Studies.LargeReadsStudy.Time), AtMost: 1),
        new("cluster-get", "Tagged get of 1 KB from a cluster of 3 primaries, 64 callers: throughput by a bare GET", run => run.Figure(Studies.Study.Cluster, Studies.ClusterStudy.Gets), AtLeast: 0.9),
        new("cluster-evict-trips", "Eviction of a tag there, in round trips", run => run.Figure(Studies.Study.Cluster, Studies.ClusterStudy.Trips), AtMost: 4),
        new("save-alone", "SaveChanges with the outbox, PostgreSQL: time by SaveChanges alone", run => run.Figure("Save with evictions", "PostgreSQL"), AtMost: 1.25),
        new("save-by-hand", "The same by SaveChanges with a row and an eviction by hand", run => run.Figure("Save with evictions", "PostgreSQL, by hand"), AtMost: 1.25),
        new("reads-among-evictions", "Reads at 1,000 evictions/s: throughput by that when quiet", run => run.Ratio(ReadsAmongEvictions.Name, ReadsAmongEvictions.Busiest, ReadsAmongEvictions.Quiet), AtLeast: 0.7),
        .. PageHits.Sizes.Select(static size => new Goal($"http-memory-{size}", $"HTTP hit, page of {Size.Text(size)} hot in the instance: throughput by ASP.NET's store in memory", run => run.Ratio(PageHits.Name(size), PageHits.Ours, PageHits.Memory), AtLeast: 1.0)),
        .. PageHits.Sizes.Select(static size => new Goal($"http-redis-{size}", $"HTTP hit, page of {Size.Text(size)} from Redis: throughput by Microsoft's store in Redis", run => run.Ratio(PageHits.Name(size), PageHits.OursWithoutCopies, PageHits.Microsoft), AtLeast: 1.15)),
    ];

    public static string Write(Outcome run, IReadOnlyDictionary<string, string> limits)
    {
        var lines = new List<string> { "| goal | wanted | measured | |", "| --- | --: | --: | --- |" };
        foreach (var goal in All)
        {
            var measured = goal.Measure(run);
            var verdict = double.IsNaN(measured) ? "not measured" : goal.IsMet(measured) ? "met" : $"**not met**. {limits.GetValueOrDefault(goal.Key)}".TrimEnd();
            lines.Add($"| {goal.Text} | {(goal.AtLeast is { } least ? "at least " + Text.Number(least) : "at most " + Text.Number(goal.AtMost))} | {Text.Number(measured)} | {verdict} |");
        }

        return string.Join('\n', lines);
    }

    private static double Eviction(Outcome run, string whose, int count) => run.Figure("Eviction by tag", Studies.EvictionStudy.Figure(whose, count));
}
