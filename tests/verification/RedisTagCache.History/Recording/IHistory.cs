namespace RedisTagCache.History.Recording;

/// <summary>What one process has done, in any order.</summary>
internal interface IHistory
{
    /// <summary>Which of the fleet it was.</summary>
    WorkerId Worker { get; }

    IEnumerable<Operation> Read();
}
