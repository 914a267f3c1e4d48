using RedisTagCache.Model;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Model;

/// <summary>What is found when one of the protocol's rules is left out.</summary>
public sealed class ModelRuleTests
{
    public static TheoryData<string> Rules => [.. Scenarios.Broken.Select(scenario => scenario.Broken.ToString())];

    [Theory]
    [MemberData(nameof(Rules))]
    public void RuleLeftOut_IsNoticed(string rule)
    {
        var exploration = ModelTests.Explore(Scenarios.Broken.Single(scenario => scenario.Broken.ToString() == rule));
        Assert.NotEqual(Violation.None, exploration.Violation);
    }

    [Fact]
    public void EveryRule_IsLeftOutOnce() =>
        Assert.Equal(Enum.GetNames<Broken>().Skip(1).Order(), Scenarios.Broken.Concat(OutboxScenarios.Broken).Select(scenario => scenario.Broken.ToString()).Order());

    [Fact]
    public void Documentation_Always_StatesTheNumberOfScenariosAndRules()
    {
        var text = File.ReadAllText(Repository.Folder("docs", "verification.md")).ReplaceLineEndings(" ");
        Assert.Contains($"{Scenarios.Sound.Count + OutboxScenarios.Sound.Count} scenarios were explored completely", text, StringComparison.Ordinal);
        Assert.Contains($"Each of the {Scenarios.Broken.Count + OutboxScenarios.Broken.Count} omitted rules was detected", text, StringComparison.Ordinal);
    }
}
