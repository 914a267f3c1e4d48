using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests;

/// <summary>Tests that measure time and take little of the processors run one at a time, after the <see cref="Quiet"/> ones.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Calm : ICollectionFixture<CalmMachine>
{
    public const string Name = "calm";
}
