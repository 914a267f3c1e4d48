using RedisTagCache.Model;

namespace RedisTagCache.Tests.Model;

/// <summary>The protocol, explored in every order in which its steps can happen.</summary>
public sealed class ModelTests
{
    private const int MaxStates = 10_000_000;

    public static TheoryData<string> Scenarios => NamesOf(hasFaults: false);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryState_KeepsThePromises(string name) => AssertSound(name);

    /// <summary>Returns the names of the scenarios with a fault, or of those without any.</summary>
    internal static TheoryData<string> NamesOf(bool hasFaults) =>
        [.. RedisTagCache.Model.Scenarios.Sound.Where(scenario => scenario.Faults != Faults.None == hasFaults).Select(scenario => scenario.Name)];

    internal static void AssertSound(string name) => AssertSound(RedisTagCache.Model.Scenarios.Sound.Single(scenario => scenario.Name == name));

    internal static void AssertSound(Scenario scenario)
    {
        var exploration = Explore(scenario);
        Assert.True(exploration.Violation == Violation.None, exploration.ToString());
        Assert.True(exploration.IsWhole, "All states are seen.");
        Assert.True(exploration.Settled > 0, "There are states in which all is done.");
    }

    internal static Exploration Explore(Scenario scenario)
    {
        var exploration = new Explorer(new Machine(scenario), MaxStates).Run();
        TestContext.Current.TestOutputHelper?.WriteLine(exploration.ToString());
        return exploration;
    }
}
