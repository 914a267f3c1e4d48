using static RedisTagCache.Model.OpKind;

namespace RedisTagCache.Model;

/// <summary>The scenarios. Together they cover the guarantees of the protocol. Each is small enough to be explored completely.</summary>
internal static class Scenarios
{
    private const byte T0 = 1;
    private const byte T1 = 2;

    public static IReadOnlyList<Scenario> Sound { get; } =
    [
        new("late write", Op(Compute, 0, T0), Op(Compute, 1, T0), Op(Evict, 0, T0), Op(Read, 1, T0)),
        new("two evictions", Op(Compute, 0, T0), Op(Evict, 0, T0), Op(Evict, 1, T1), Op(Compute, 1, T1), Op(Read, 0, T1)),
        new("three instances", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Compute, 2, T0), Op(Read, 0, T0), Op(Read, 2, T0)) { Instances = 3 },
        new("cold start", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Compute, 1, T0), Op(Read, 0, T0)) { IsWarm = false },
        new("soft expiry", Op(Compute, 0, T0), Op(Expire, 1, T0), Op(Evict, 0, T0), Op(Read, 0, T0)),
        new("announcements", Op(Compute, 0, T0), Op(Evict, 0, T0), Op(Evict, 1, T0 | T1), Op(Read, 1, T0)) { HasMessages = true },
        new("announcements missed", Op(Evict, 1, T0), Op(Evict, 1, T1) with { After = 0 }, Op(Read, 0, T0), Op(Compute, 1, T0)) { HasMessages = true, HasEntry = true },
        new("one tag evicted twice", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Evict, 1, T0) with { After = 1 }, Op(Read, 0, T0)) { HasMessages = true },
        new("failover that issues numbers again", Op(Evict, 0, T1), Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1, HasEntry = true },
        new("lost keys", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.LoseEpoch | Faults.LoseTagInvalidations | Faults.LoseEntry | Faults.Flush, MaxFaults = 2, HasEntry = true },
        new("failover", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.GoBack, MaxFaults = 1, HasEntry = true },
        new("failover to an old clock", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1, HasEntry = true },
        new("failover and lost keys", Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.GoBack | Faults.LoseEpoch | Faults.LoseTagInvalidations, MaxFaults = 2, HasEntry = true },
        new("trimming", Op(Compute, 0, T0), Op(Evict, 0, T0), Op(Evict, 1, T1), Op(Read, 1, T0)) { MaxTagInvalidations = 1 },
        new("trimming with announcements", Op(Compute, 0, T0), Op(Evict, 0, T0), Op(Evict, 1, T1), Op(Read, 1, T0)) { MaxTagInvalidations = 1, HasMessages = true },
        new("partitions", Op(Compute, 0, T0), Op(Compute, 1, T0, key: 1), Op(Evict, 0, T0), Op(Read, 1, T0, key: 1), Op(Read, 0, T0)) { Partitions = 2 },
        new("partitions and lost keys", Op(Compute, 1, T0, key: 1), Op(Evict, 0, T0), Op(Read, 1, T0, key: 1)) { Partitions = 2, Faults = Faults.AnyKey | Faults.Flush, MaxFaults = 1 },
        new("leases", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Remove, 0, 0), Op(GetStrictly, 1, T0) with { After = 2 }),
        new("leases and evictions", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Evict, 0, T0), Op(GetStrictly, 1, T0) with { After = 2 }),
        new("leases lost", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Remove, 1, 0)) { Faults = Faults.LoseLease | Faults.LoseEntry, MaxFaults = 2 },
        new("sets", Op(Set, 0, T0), Op(Evict, 1, T0), Op(GetStrictly, 1, T0), Op(Read, 0, T0)),
        new("sets, cold", Op(Set, 0, T0), Op(Evict, 1, T0), Op(Read, 0, T0)) { IsWarm = false },
        new("copies and evictions", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true },
        new("copies and announced evictions", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true, HasMessages = true },
        new("copies and removals", Op(Get, 0, T0), Op(Remove, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true },
        new("copies and announced removals", Op(Get, 0, T0), Op(Remove, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true, HasMessages = true },
        new("copies and sets", Op(Get, 0, T0), Op(Set, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true },
        new("joiners", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 1, T0)) { HasPolls = true },
        new("followers and evictions", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Evict, 0, T0), Op(Evict, 1, T0)),
        new("followers, joiners and evictions", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(GetStrictly, 1, T0) with { After = 3 }, Op(Evict, 1, T0)) { WaitsForWrites = true, HasPolls = true },
        new("followers and failover", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 0, T0)) { Instances = 1, Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1 },
        new("followers and failover of the evictor", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0) with { After = 2 }, Op(Evict, 1, T0)) { WaitsForWrites = true, Faults = Faults.GoBack, MaxFaults = 1 },
        new("joiners and removals", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Remove, 1, T0)) { HasPolls = true },
        new("copies and lost keys", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true, Faults = Faults.LoseEpoch | Faults.LoseTagInvalidations | Faults.LoseRemovals, MaxFaults = 1 },
        new("copies and an eviction in a new generation", Op(Read, 1, T0), Op(Evict, 0, T0) with { After = 0 }, Op(Get, 0, T0) with { After = 1 }) { IsCurrent = true, HasEntry = true, HasCopies = true, Faults = Faults.LoseEpoch | Faults.Flush, MaxFaults = 1 },
        new("copies and failover", Op(Evict, 1, T0), Op(Get, 0, T0)) { HasPolls = true, HasEntry = true, HasCopies = true, Faults = Faults.GoBack, MaxFaults = 1 },
        new("copies and removals and failover", Op(Remove, 1, T0), Op(Get, 0, T0)) { HasPolls = true, HasEntry = true, HasCopies = true, Faults = Faults.GoBack, MaxFaults = 1 },
        new("copies of two keys", Op(Remove, 1, T0), Op(Set, 1, T0, key: 1), Op(Get, 0, T0)) { HasPolls = true, HasMessages = true, HasEntry = true, HasCopies = true },
        new("outage and evictions", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 1 }) { WaitsForWrites = true, HasPolls = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and two evictions", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 0, T0), Op(Get, 0, T0) with { After = 1 }) { WaitsForWrites = true, IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and an eviction with a gap", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 1, T1), Op(Evict, 0, T0) with { After = 0 }, Op(Get, 0, T0) with { After = 1 }) { WaitsForWrites = true, IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and an entry that is newer than what is known", Op(Evict, 1, T1), Op(Get, 1, T0) with { After = 0 }, Op(Evict, 0, T0), Op(Read, 0, T0) with { After = 2 }) { WaitsForWrites = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and a value that was waited for", Op(Get, 1, T0), Op(Evict, 0, T0), Op(Get, 0, T0) with { After = 1 }) { WaitsForWrites = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage from the start", Op(Evict, 0, T0), Op(Read, 0, T0) with { After = 0 }) { IsWarm = false, HasEntry = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage, pages", Op(Evict, 0, T0), Op(Read, 0, T0) with { After = 0 }) { PageSize = 2, HasEntry = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and an old answer", Op(Read, 0, T0), Op(Evict, 0, T1), Op(Evict, 0, T0) with { After = 1 }, Op(Get, 0, T0), Op(Get, 0, T0) with { After = 3 }) { WaitsForWrites = true, Instances = 1, IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and joiners", Op(Evict, 0, T0), Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 0, T0)) { WaitsForWrites = true, Instances = 1, IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and retries", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Get, 0, T0) with { After = 1 }) { HasPolls = true, HasRetries = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("copies, removals and lost keys", Op(Get, 0, T0), Op(Remove, 1, T0), Op(Get, 0, T0) with { After = 0 }) { HasPolls = true, Faults = Faults.LoseRemovals, MaxFaults = 1 },
        new("writes awaited", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Evict, 0, T0), Op(GetStrictly, 1, T0) with { After = 2 }) { WaitsForWrites = true },
        new("writes awaited, copies", Op(Get, 0, T0), Op(Remove, 1, T0), Op(Get, 0, T0) with { After = 0 }) { WaitsForWrites = true, HasPolls = true, HasMessages = true },
        new("writes awaited, joiners", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 1, T0)) { WaitsForWrites = true, HasPolls = true },
        new("writes awaited, joiners and removals", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Remove, 1, T0)) { WaitsForWrites = true, HasPolls = true },
        new("overwritten on its way", Op(Get, 0, T0), Op(Set, 0, T0) with { After = 0 }, Op(Get, 0, T0) with { After = 1 }, Op(Get, 1, T0) with { After = 1 }) { HasPolls = true },
        new("removed on its way", Op(Get, 0, T0), Op(Remove, 0, T0) with { After = 0 }, Op(Get, 0, T0) with { After = 1 }, Op(Get, 1, T0) with { After = 1 }) { HasPolls = true },
        new("evicted on its way", Op(Get, 0, T0), Op(Evict, 0, T0) with { After = 0 }, Op(Get, 0, T0) with { After = 1 }, Op(Get, 1, T0) with { After = 1 }) { HasPolls = true },
        new("misses expected", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Remove, 0, 0), Op(GetStrictly, 1, T0) with { After = 2 }) { ExpectsMisses = true },
        new("misses expected, evictions", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Evict, 0, T0), Op(GetStrictly, 1, T0) with { After = 2 }) { ExpectsMisses = true },
        new("misses expected, leases lost", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Remove, 1, 0)) { ExpectsMisses = true, Faults = Faults.LoseLease | Faults.LoseEntry, MaxFaults = 2 },
        new("misses expected, copies", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { ExpectsMisses = true, HasPolls = true, HasMessages = true },
        new("misses expected, an entry found", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(Evict, 1, T0)) { ExpectsMisses = true, HasEntry = true, HasPolls = true },
        new("misses expected, followers and joiners", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(GetStrictly, 1, T0) with { After = 3 }, Op(Evict, 1, T0)) { ExpectsMisses = true, WaitsForWrites = true, HasPolls = true },
        new("misses expected, cold start", Op(GetStrictly, 0, T0), Op(Evict, 1, T0), Op(GetStrictly, 1, T0)) { ExpectsMisses = true, IsWarm = false },
        new("misses expected, failover", Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 0, T0)) { ExpectsMisses = true, Instances = 1, Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1 },
        new("misses expected, outage", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 1 }) { ExpectsMisses = true, WaitsForWrites = true, HasPolls = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("pages", Op(Evict, 1, T0), Op(Evict, 1, T1) with { After = 0 }, Op(Read, 0, T0), Op(Read, 0, T0) with { After = 2 }) { PageSize = 2, HasEntry = true },
        new("pages and expiries", Op(Expire, 1, T0), Op(Compute, 1, T0), Op(Evict, 1, T0) with { After = 0 }, Op(Read, 0, T0)) { PageSize = 2, HasEntry = true },
        new("pages and trimming", Op(Evict, 1, T1), Op(Evict, 1, T0), Op(Compute, 0, T0)) { PageSize = 2, MaxTagInvalidations = 2, HasEntry = true },
        new("pages and announcements", Op(Evict, 1, T0), Op(Read, 0, T0), Op(Read, 0, T0) with { After = 0 }) { PageSize = 2, HasEntry = true, HasMessages = true },
        new("pages and values", Op(GetStrictly, 0, T0), Op(Evict, 1, T0), Op(GetStrictly, 0, T0) with { After = 1 }) { PageSize = 2, HasEntry = true },
        new("pages and copies", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { PageSize = 2, HasEntry = true, HasPolls = true },
        new("pages and lost keys", Op(Evict, 1, T0), Op(Read, 0, T0)) { PageSize = 2, HasEntry = true, Faults = Faults.LoseEpoch | Faults.LoseTagInvalidations | Faults.LoseEntry | Faults.Flush, MaxFaults = 2 },
        new("pages and failover", Op(Evict, 1, T0), Op(Read, 0, T0)) { PageSize = 2, HasEntry = true, Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1 },
        new("pages and outage", Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 0 }) { PageSize = 2, HasEntry = true, HasPolls = true, WaitsForWrites = true, Faults = Faults.Silence, MaxFaults = 1 },
    ];

    /// <summary>The same with more at once, for the command: some minutes.</summary>
    public static IReadOnlyList<Scenario> Large { get; } =
    [
        new("followers and joiners of any time", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(GetStrictly, 1, T0), Op(Evict, 0, T0)) { WaitsForWrites = true, HasPolls = true },
        new("followers, joiners and evictions, handed over", Op(GetStrictly, 0, T0), Op(GetStrictly, 1, T0), Op(GetStrictly, 1, T0) with { After = 3 }, Op(Evict, 1, T0)) { HasPolls = true },
        new("outage and evictions, handed over", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 1, T0), Op(Get, 0, T0) with { After = 1 }) { HasPolls = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and two evictions, handed over", Op(Evict, 0, T0), Op(Get, 0, T0), Op(Evict, 0, T0), Op(Get, 0, T0) with { After = 1 }) { IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("outage and joiners, handed over", Op(Evict, 0, T0), Op(GetStrictly, 0, T0), Op(GetStrictly, 0, T0), Op(Evict, 0, T0)) { Instances = 1, IsCurrent = true, Faults = Faults.Silence, MaxFaults = 1 },
        new("copies and several changes", Op(Evict, 1, T0), Op(Remove, 1, T0), Op(Set, 1, T0), Op(Get, 0, T0)) { HasPolls = true, HasMessages = true, HasEntry = true, HasCopies = true },
        new("changes by both", Op(Set, 0, T0), Op(Remove, 1, T0), Op(Get, 0, T0), Op(Get, 1, T0)) { HasPolls = true, HasMessages = true, HasEntry = true, HasCopies = true },
        new("three instances, three evictions", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Evict, 2, T1), Op(Evict, 0, T0), Op(Read, 2, T0 | T1)) { Instances = 3 },
        new("failover with two evictions", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Evict, 0, T1), Op(Read, 0, T0)) { Faults = Faults.GoBack | Faults.ClockBehind, MaxFaults = 1, HasEntry = true },
        new("two failovers", Op(Evict, 1, T0), Op(Read, 0, T0)) { Faults = Faults.GoBack, MaxFaults = 2, HasEntry = true },
        new("lost keys with announcements", Op(Compute, 0, T0), Op(Evict, 1, T0), Op(Read, 0, T0)) { HasMessages = true, Faults = Faults.LoseEpoch | Faults.LoseTagInvalidations | Faults.Flush, MaxFaults = 2, HasEntry = true },
        new("copies, changes of both kinds, lost keys", Op(Evict, 1, T0), Op(Remove, 1, T0), Op(Get, 0, T0)) { HasPolls = true, HasMessages = true, HasEntry = true, HasCopies = true, Faults = Faults.AnyKey, MaxFaults = 1 },
        new("outage and a failover", Op(Evict, 0, T0), Op(Get, 0, T0)) { Instances = 1, HasPolls = true, HasRetries = true, HasEntry = true, HasCopies = true, Faults = Faults.GoBack | Faults.Silence, MaxFaults = 2 },
    ];

    /// <summary>Each rule left out, where it is needed.</summary>
    public static IReadOnlyList<Scenario> Broken { get; } =
    [
        Without(Model.Broken.VersionAtWrite, "late write"),
        Without(Model.Broken.AnyMessageCompletes, "announcements missed"),
        Without(Model.Broken.FloorNotRaised, "trimming"),
        Without(Model.Broken.LeaseNotRevoked, "leases"),
        Without(Model.Broken.InvalidationsOverwritten, "one tag evicted twice"),
        Without(Model.Broken.GenerationKept, "lost keys"),
        Without(Model.Broken.RunIgnored, "failover that issues numbers again"),
        Without(Model.Broken.NothingRecovered, "failover"),
        Without(Model.Broken.PastBelieved, "failover and lost keys"),
        Without(Model.Broken.RemovalsIgnored, "copies and removals"),
        Without(Model.Broken.JoinersTakeAll, "joiners"),
        Without(Model.Broken.AwaitedIsShared, "followers, joiners and evictions"),
        Without(Model.Broken.JoinersCountFromFirst, "followers, joiners and evictions"),
        Without(Model.Broken.JoinersCountFromWrite, "joiners"),
        Without(Model.Broken.SetVersionInScript, "sets"),
        Without(Model.Broken.FailedIgnored, "outage and two evictions"),
        Without(Model.Broken.FailedUnordered, "outage and two evictions"),
        Without(Model.Broken.AheadUnordered, "outage and an eviction with a gap"),
        Without(Model.Broken.OrderKept, "outage and evictions"),
        Without(Model.Broken.OrderForgotten, "outage and an old answer"),
        Without(Model.Broken.FirstOfServer, "followers and failover of the evictor"),
        Without(Model.Broken.CopiesNotValidated, "copies and evictions"),
        Without(Model.Broken.FirstPageIsAll, "pages"),
        Without(Model.Broken.AnswersKept, "pages"),
        Without(Model.Broken.PagesValidate, "pages"),
        Without(Model.Broken.OwedCounts, "outage and retries"),
        Without(Model.Broken.OtherGenerationIgnored, "copies and an eviction in a new generation"),
    ];

    private static OpPlan Op(OpKind kind, int instance, byte tags, int key = 0) => new(kind, instance, key, tags);

    private static Scenario Without(Broken rule, string name) => Sound.Single(scenario => scenario.Name == name) with { Broken = rule };
}
