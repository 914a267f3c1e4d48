namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>What a design did: the violations of each scenario, and how many of the first two were still there after a while.</summary>
internal sealed class PeerResult(PeerFleet fleet)
{
    public const string Header = """
        | design | evicted | still, 3 s later | written late | still, 3 s later | read by a new instance | key lost before | key lost after |
        |---|---|---|---|---|---|---|---|
        """;

    private readonly PeerScenarios _scenarios = new(fleet);

    public PeerDesign Design => fleet.Design;

    public Tally Evicted { get; private set; } = new();

    public int EvictedStill { get; private set; }

    public Tally Late { get; private set; } = new();

    public int LateStill { get; private set; }

    public Tally New { get; private set; } = new();

    public Tally LostBefore { get; private set; } = new();

    public Tally LostAfter { get; private set; } = new();

    /// <summary>How many the two instances themselves returned at the end of the last three.</summary>
    public int OnTheTwo { get; private set; }

    public async Task RunPairAsync(int rounds)
    {
        Evicted = await _scenarios.EvictAsync(rounds);
        Late = await _scenarios.WriteLateAsync(rounds);
    }

    public async Task RunAfterAWhileAsync(int rounds)
    {
        EvictedStill = await _scenarios.CountServedAsync(Evicted);
        LateStill = await _scenarios.CountServedAsync(Late);
        New = await _scenarios.RestartAsync(rounds);
        LostBefore = await _scenarios.LoseAsync(rounds, before: true);
        LostAfter = await _scenarios.LoseAsync(rounds, before: false);
        foreach (var tally in new[] { New, LostBefore, LostAfter })
            OnTheTwo += await _scenarios.CountServedAsync(tally);
    }

    public override string ToString() => string.Create(
        null, $"| {Design.Name} | {Evicted} | {EvictedStill} | {Late} | {LateStill} | {New} | {LostBefore} | {LostAfter} |");
}
