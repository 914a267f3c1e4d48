using RedisTagCache.Model;

namespace RedisTagCache.Tests.Model;

/// <summary>Transactions and their outbox: what is committed is evicted, and nothing is found after that which was computed before the commit. What is rolled back evicts nothing.</summary>
public sealed class ModelOutboxTests
{
    public static TheoryData<string> Scenarios => [.. OutboxScenarios.Sound.Select(scenario => scenario.Name)];

    public static TheoryData<string> Rules => [.. OutboxScenarios.Broken.Select(scenario => scenario.Broken.ToString())];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryState_WithTransactions_KeepsThePromises(string name) => ModelTests.AssertSound(OutboxScenarios.Sound.Single(scenario => scenario.Name == name));

    [Theory]
    [MemberData(nameof(Rules))]
    public void RuleLeftOut_WithTransactions_IsNoticed(string rule)
    {
        var exploration = ModelTests.Explore(OutboxScenarios.Broken.Single(scenario => scenario.Broken.ToString() == rule));
        Assert.NotEqual(Violation.None, exploration.Violation);
    }

    /// <summary>Each promise is broken by a rule that is left out, so none of them is empty.</summary>
    [Theory]
    [InlineData(Broken.RowsBeforeCommit, Violation.EvictedWithoutCommit)]
    [InlineData(Broken.ClaimsKept, Violation.RowLeft)]
    [InlineData(Broken.DeletedFirst, Violation.NeverEvicted)]
    [InlineData(Broken.RejectedFirst, Violation.NeverSettled)]
    [InlineData(Broken.EarlyCounts, Violation.OldValueRead)]
    public void RuleLeftOut_WithTransactions_BreaksItsPromise(object rule, object violation) =>
        Assert.Equal(violation, ModelTests.Explore(OutboxScenarios.Broken.Single(scenario => scenario.Broken == (Broken)rule)).Violation);
}
