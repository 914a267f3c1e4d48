namespace RedisTagCache.Soak.Reporting;

/// <summary>How much a column may grow: by a share, or by an amount, whichever is more.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Column">As in the samples.</param>
/// <param name="Share">0.2 is 20 %.</param>
/// <param name="Amount">In the unit of the report.</param>
/// <param name="Unit">The size of that unit in the samples.</param>
internal sealed record GrowthBound(string Name, string Column, double Share, double Amount, double Unit = 1)
{
    /// <summary>The bound in words.</summary>
    public string Allowance => FormattableString.Invariant($"{(Share > 0 ? $"{Share * 100:0} % or " : "")}{Amount:0.#}");

    public bool Holds(Growth growth) => growth.IsWithin(Share, Amount * Unit);
}
