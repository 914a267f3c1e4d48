using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests;

/// <summary>Tests that measure time run after the others of this project, one at a time, and while no other project runs tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Quiet : ICollectionFixture<QuietMachine>
{
    public const string Name = "quiet";
}
