using static RedisTagCache.Model.OpKind;

namespace RedisTagCache.Model;

/// <summary>The scenarios of transactions and their outbox: what is committed is evicted, by its writer or by a dispatcher, and what is rolled back is not.</summary>
internal static class OutboxScenarios
{
    private const byte T0 = 1;
    private const byte T1 = 2;

    public static IReadOnlyList<Scenario> Sound { get; } =
    [
        new("outbox", Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1), Op(Read, 0)) { HasEntry = true, Faults = Faults.Crash | Faults.LoseAnswers, MaxFaults = 2 },
        new("outbox, two dispatchers", Op(Save, 0), Op(Dispatch, 0), Op(Dispatch, 1), Op(Compute, 1)) { HasEntry = true, Faults = Faults.Crash | Faults.LoseAnswers | Faults.EndClaims, MaxFaults = 2 },
        new("outbox, dispatchers of other instances", Op(Save, 0), Op(Dispatch, 1), Op(Dispatch, 2), Op(Compute, 0)) { Instances = 3, HasEntry = true, Faults = Faults.Crash | Faults.EndClaims, MaxFaults = 2 },
        new("outbox, two transactions", Op(Save, 0), Op(Save, 1), Op(Dispatch, 1), Op(Compute, 0)) { HasEntry = true, Faults = Faults.Crash | Faults.LoseAnswers, MaxFaults = 2 },
        new("outbox, leases", Op(Save, 0), Op(Dispatch, 1), Op(GetStrictly, 1), Op(GetStrictly, 0)) { HasEntry = true, Faults = Faults.Crash, MaxFaults = 1 },
        new("outbox, copies", Op(Save, 0), Op(Dispatch, 0), Op(Get, 1)) { HasPolls = true, HasMessages = true, HasEntry = true, HasCopies = true, Faults = Faults.Crash, MaxFaults = 1 },
        new("outbox, partitions", Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1), Op(Compute, 0) with { Key = 1 }) { Partitions = 2, HasEntry = true, Faults = Faults.Crash | Faults.LoseAnswers, MaxFaults = 1 },
        new("outbox, lost keys", Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1), Op(Read, 0)) { HasEntry = true, Faults = Faults.Crash | Faults.LoseEpoch | Faults.LoseTagInvalidations | Faults.Flush, MaxFaults = 2 },
        new("outbox, outage", Op(Save, 0), Op(Dispatch, 0), Op(Dispatch, 1), Op(Compute, 1)) { HasEntry = true, Faults = Faults.Silence | Faults.Crash | Faults.LoseAnswers, MaxFaults = 2 },
        new("outbox, evictions before the commit too", Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1), Op(Read, 0)) { HasEntry = true, EvictsBefore = true, Faults = Faults.Crash | Faults.LoseAnswers, MaxFaults = 1 },
        new("outbox, a rejected row", Op(Save, 0) with { Tags = T1 }, Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1)) { Rejected = 0, HasEntry = true, Faults = Faults.Crash, MaxFaults = 1 },
        new("outbox, a replica that lags behind", Op(Save, 0), Op(Dispatch, 1), Op(Compute, 1), Op(Read, 0)) { HasReplica = true, HasEntry = true, Faults = Faults.Crash | Faults.EndClaims, MaxFaults = 1 },
    ];

    /// <summary>Each rule left out, where it is needed.</summary>
    public static IReadOnlyList<Scenario> Broken { get; } =
    [
        Without(Model.Broken.RowsLeftOut, "outbox"),
        Without(Model.Broken.RowsAfterCommit, "outbox"),
        Without(Model.Broken.RowsBeforeCommit, "outbox"),
        Without(Model.Broken.DeletedFirst, "outbox"),
        Without(Model.Broken.DeletedUnconfirmed, "outbox, outage"),
        Without(Model.Broken.EvictedBeforeOnly, "outbox, evictions before the commit too"),
        Without(Model.Broken.EarlyCounts, "outbox, evictions before the commit too"),
        Without(Model.Broken.ClaimsKept, "outbox"),
        Without(Model.Broken.UnknownIsCommitted, "outbox"),
        Without(Model.Broken.RowsByNumber, "outbox, two transactions"),
        Without(Model.Broken.DeletedByTag, "outbox, two transactions"),
        Without(Model.Broken.RowsShared, "outbox, two transactions"),
        Without(Model.Broken.RejectedFirst, "outbox, a rejected row"),
        Without(Model.Broken.NotRepeated, "outbox, a replica that lags behind"),
        Without(Model.Broken.RepeatedAtOnce, "outbox, a replica that lags behind"),
    ];

    private static OpPlan Op(OpKind kind, int instance) => new(kind, instance, 0, T0);

    private static Scenario Without(Broken rule, string name) => Sound.Single(scenario => scenario.Name == name) with { Broken = rule };
}
