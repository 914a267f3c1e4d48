namespace RedisTagCache;

/// <summary>How values of <c>HybridCache</c> and <see cref="ITagCache"/> were come by since the start.</summary>
public sealed class ValueStatistics
{
    /// <summary>Runs of factories that gave a value.</summary>
    public required long FactoriesDone { get; init; }

    /// <summary>Runs of factories that threw.</summary>
    public required long FactoriesFailed { get; init; }

    /// <summary>Runs of factories that nobody waited for any more.</summary>
    public required long FactoriesCanceled { get; init; }

    /// <summary>The time of all runs together.</summary>
    public required TimeSpan FactoryTime { get; init; }

    /// <summary>Calls that ran the factory for the fleet.</summary>
    public required long Leaders { get; init; }

    /// <summary>Gets the number of calls that ran the factory for the fleet because the instance they waited for did not deliver.</summary>
    public required long TakenOver { get; init; }

    /// <summary>Calls that got another instance's value.</summary>
    public required long Followers { get; init; }

    /// <summary>Calls that waited for another caller in the process.</summary>
    public required long Joined { get; init; }

    /// <summary>Calls that ran the factory without a lease.</summary>
    public required long Alone { get; init; }

    /// <summary>Refreshes done.</summary>
    public required long RefreshesDone { get; init; }

    /// <summary>Refreshes that failed.</summary>
    public required long RefreshesFailed { get; init; }

    /// <summary>Refreshes left to another instance.</summary>
    public required long RefreshesTaken { get; init; }

    /// <summary>Values that were computed or set, and not kept.</summary>
    public required long NotKept { get; init; }
}
