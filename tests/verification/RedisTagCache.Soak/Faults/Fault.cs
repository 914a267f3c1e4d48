namespace RedisTagCache.Soak.Faults;

/// <param name="Name">As in the report.</param>
/// <param name="InjectAsync">Ends when the fault is over.</param>
internal sealed record Fault(string Name, Func<Task> InjectAsync);
