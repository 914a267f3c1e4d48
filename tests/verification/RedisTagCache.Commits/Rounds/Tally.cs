namespace RedisTagCache.Commits.Rounds;

/// <summary>How rounds have ended.</summary>
internal sealed class Tally
{
    private readonly List<string> _violations = [];

    /// <summary>Gets or sets the number of rounds whose change was committed and confirmed to the caller.</summary>
    public int Confirmed { get; set; }

    /// <summary>Gets or sets the number of rounds whose change was committed, and whose caller got no answer.</summary>
    public int Unanswered { get; set; }

    /// <summary>Gets or sets the number of rounds whose commit did not reach the database.</summary>
    public int Lost { get; set; }

    /// <summary>Gets or sets the number of rounds that were asked to roll back.</summary>
    public int RolledBack { get; set; }

    /// <summary>Gets or sets the longest time from the end of the fault until all instances served a committed change.</summary>
    public TimeSpan Slowest { get; set; }

    /// <summary>Gets what broke the rule, with the round.</summary>
    public IReadOnlyList<string> Violations => _violations;

    public bool IsGood => _violations.Count == 0;

    public void Violated(int round, string what) => _violations.Add(FormattableString.Invariant($"round {round}: {what}"));

    public override string ToString() => FormattableString.Invariant(
        $"{Confirmed} committed and answered, {Unanswered} committed and not answered, {Lost} not committed, {RolledBack} rolled back, slowest {Slowest.TotalSeconds:0.00} s, {_violations.Count} violations")
        + string.Concat(_violations.Select(static violation => Environment.NewLine + "  " + violation));
}
