namespace RedisTagCache.Management;

/// <summary>Reports how calls got their values of <c>HybridCache</c> and <see cref="ITagCache"/> since the start.</summary>
public sealed class ValueStatistics
{
    /// <summary>Gets the number of factory runs that returned a value.</summary>
    public long FactoriesDone { get; init; }

    /// <summary>Gets the number of factory runs that threw.</summary>
    public long FactoriesFailed { get; init; }

    /// <summary>Gets the number of factory runs that were canceled because all callers had stopped waiting.</summary>
    public long FactoriesCanceled { get; init; }

    /// <summary>Gets the total time of all factory runs.</summary>
    public TimeSpan FactoryTime { get; init; }

    /// <summary>Gets the number of calls that ran the factory for the fleet.</summary>
    public long Leaders { get; init; }

    /// <summary>Gets the number of calls that ran the factory for the fleet because the instance they waited for did not deliver.</summary>
    public long TookOver { get; init; }

    /// <summary>Gets the number of calls that got another instance's value.</summary>
    public long Followers { get; init; }

    /// <summary>Gets the number of calls that waited for another caller in the process.</summary>
    public long Coalesced { get; init; }

    /// <summary>Gets the number of calls that ran the factory without a lease.</summary>
    public long Uncoordinated { get; init; }

    /// <summary>Gets the number of refreshes that succeeded.</summary>
    public long RefreshesDone { get; init; }

    /// <summary>Gets the number of refreshes that failed.</summary>
    public long RefreshesFailed { get; init; }

    /// <summary>Gets the number of refreshes that were left to another instance.</summary>
    public long RefreshesTaken { get; init; }

    /// <summary>Gets the number of values that were computed or set, but not stored.</summary>
    public long NotKept { get; init; }
}
