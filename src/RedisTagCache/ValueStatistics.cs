namespace RedisTagCache;

/// <summary>Reports how calls got their values of <c>HybridCache</c> and <see cref="ITagCache"/> since the start.</summary>
public sealed class ValueStatistics
{
    /// <summary>Gets the number of factory runs that returned a value.</summary>
    public required long FactoriesDone { get; init; }

    /// <summary>Gets the number of factory runs that threw.</summary>
    public required long FactoriesFailed { get; init; }

    /// <summary>Gets the number of factory runs that were canceled because all callers had stopped waiting.</summary>
    public required long FactoriesCanceled { get; init; }

    /// <summary>Gets the total time of all factory runs.</summary>
    public required TimeSpan FactoryTime { get; init; }

    /// <summary>Gets the number of calls that ran the factory for the fleet.</summary>
    public required long Leaders { get; init; }

    /// <summary>Gets the number of calls that ran the factory for the fleet because the instance they waited for did not deliver.</summary>
    public required long TookOver { get; init; }

    /// <summary>Gets the number of calls that got another instance's value.</summary>
    public required long Followers { get; init; }

    /// <summary>Gets the number of calls that waited for another caller in the process.</summary>
    public required long Coalesced { get; init; }

    /// <summary>Gets the number of calls that ran the factory without a lease.</summary>
    public required long Uncoordinated { get; init; }

    /// <summary>Gets the number of refreshes that succeeded.</summary>
    public required long RefreshesDone { get; init; }

    /// <summary>Gets the number of refreshes that failed.</summary>
    public required long RefreshesFailed { get; init; }

    /// <summary>Gets the number of refreshes that were left to another instance.</summary>
    public required long RefreshesTaken { get; init; }

    /// <summary>Gets the number of values that were computed or set, but not stored.</summary>
    public required long NotKept { get; init; }
}
