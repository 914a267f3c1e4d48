using Xunit.Sdk;
using Xunit.v3;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Starts the collections that take longest before the others, so that no processor waits for one of them at the end. Of the collections that run alone,
/// those that let other projects run come first, and then those that measure, first those that need the machine for themselves.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] _names =
    [
        "HistoryControlTests", "History.HistoryTests", "Topology.ClusterFailureTests", "Load.MemoryPressureTests", "Fleet.NewsroomTests", "Tests.RightsTests", "http history", "LargeReadsTests", "quiet", "calm",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static collection => Array.FindIndex(_names, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var index && index < 0 ? _names.Length : index)];
}
