using RedisTagCache.Model;

namespace RedisTagCache.Tests.Model;

/// <summary>The same with servers that lose keys, are replaced, or do not respond.</summary>
public sealed class ModelFaultTests
{
    public static TheoryData<string> Scenarios => ModelTests.NamesOf(hasFaults: true);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryState_WithFaults_KeepsThePromises(string name) => ModelTests.AssertSound(name);
}
