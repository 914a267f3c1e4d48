namespace RedisTagCache.IntegrationTests.History;

/// <summary>Runs of several processes each, one at a time and after other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HistoryFleet
{
    public const string Name = "history";
}
