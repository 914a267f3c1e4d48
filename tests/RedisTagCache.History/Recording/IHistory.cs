namespace RedisTagCache.History.Recording;

/// <summary>What one process has done, in any order.</summary>
internal interface IHistory
{
    /// <summary>Which of the fleet it was.</summary>
    Worker Worker { get; }

    IEnumerable<Operation> Read();
}
