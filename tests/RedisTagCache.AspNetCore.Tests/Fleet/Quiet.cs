namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Tests that measure time run after the others of this project, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Quiet
{
    public const string Name = "quiet";
}
