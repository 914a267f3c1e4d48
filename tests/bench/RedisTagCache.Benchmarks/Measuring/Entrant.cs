namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>A contender in one scenario.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Operation">What is measured.</param>
/// <param name="PrepareAsync">What has to be there first.</param>
internal sealed record Entrant(string Name, Operation Operation, Func<Task>? PrepareAsync = null)
{
    /// <summary>Done at the beginning of each turn, before anything is measured.</summary>
    public Func<Task>? BeforeAsync { get; init; }

    /// <summary>Tells what is used by the processes that do the work, where that is not this one.</summary>
    public Func<Task<ProcessState>> StateAsync { get; init; } = static () => Task.FromResult(ProcessState.Now());
}
