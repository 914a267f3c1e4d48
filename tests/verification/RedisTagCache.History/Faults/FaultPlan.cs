namespace RedisTagCache.History.Faults;

/// <param name="Name">As in the report.</param>
/// <param name="Leases">Whose leases it may cost.</param>
/// <param name="InjectAsync">Does it, and ends when it is over.</param>
/// <param name="Victim">The place of the worker that it is done to; nothing when to Redis.</param>
internal sealed record FaultPlan(string Name, Checking.LeasesLost Leases, Func<Task<Injected>> InjectAsync, int? Victim = null);
