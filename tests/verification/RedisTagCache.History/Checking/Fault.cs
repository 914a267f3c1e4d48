using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>Something that was done to the fleet.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="From">When it began, as a time stamp.</param>
/// <param name="Until">When it was over.</param>
/// <param name="Evidence">What shows that it happened.</param>
/// <param name="Leases">Whose leases it may have cost.</param>
/// <param name="Worker">The one to whom it was done; nothing when to Redis.</param>
/// <param name="Rollback">What was lost with it.</param>
internal sealed record Fault(string Name, long From, long Until, string Evidence, LeasesLost Leases, WorkerId? Worker = null, Rollback? Rollback = null);
