using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Tests that need much of the processors, one at a time, and judge what is answered rather than how fast.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BesideFleets : ICollectionFixture<FleetMachine>
{
    public const string Name = "web, beside fleets";
}
