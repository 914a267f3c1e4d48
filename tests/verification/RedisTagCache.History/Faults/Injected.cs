using RedisTagCache.History.Checking;

namespace RedisTagCache.History.Faults;

/// <param name="Evidence">What shows that the fault has happened.</param>
/// <param name="Rollback">What was lost with it.</param>
internal sealed record Injected(string Evidence, Rollback? Rollback = null);
