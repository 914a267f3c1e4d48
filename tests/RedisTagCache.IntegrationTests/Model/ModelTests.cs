using RedisTagCache.Model;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>The protocol, explored in every order in which its steps can happen; and what is found when one of its rules is left out.</summary>
public sealed class ModelTests
{
    private const int MaxStates = 10_000_000;

    public static TheoryData<string> Sound => [.. Scenarios.Sound.Select(scenario => scenario.Name)];

    public static TheoryData<string> Broken => [.. Scenarios.Broken.Select(scenario => scenario.Broken.ToString())];

    [Theory]
    [MemberData(nameof(Sound))]
    public void EveryState_KeepsThePromises(string name)
    {
        var exploration = Explore(Scenarios.Sound.Single(scenario => scenario.Name == name));

        Assert.True(exploration.Violation == Violation.None, exploration.ToString());
        Assert.True(exploration.IsWhole, "All states are seen.");
        Assert.True(exploration.Settled > 0, "There are states in which all is done.");
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void RuleLeftOut_IsNoticed(string rule)
    {
        var exploration = Explore(Scenarios.Broken.Single(scenario => scenario.Broken.ToString() == rule));

        Assert.NotEqual(Violation.None, exploration.Violation);
    }

    [Fact]
    public void EveryRule_IsLeftOutOnce() =>
        Assert.Equal(Enum.GetNames<Broken>().Skip(1).Order(), Scenarios.Broken.Select(scenario => scenario.Broken.ToString()).Order());

    private static Exploration Explore(Scenario scenario)
    {
        var exploration = new Explorer(new Machine(scenario), MaxStates).Run();
        TestContext.Current.TestOutputHelper?.WriteLine(exploration.ToString());
        return exploration;
    }
}
