namespace RedisTagCache.AspNetCore.Tests.History;

/// <summary>Runs that need the whole machine, one at a time and after other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HttpHistoryFleet
{
    public const string Name = "http history";
}
