namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>What is left of evictions that were lost with the server that had confirmed them.</summary>
public sealed class PeerFailoverTests
{
    [Fact]
    public async Task Evictions_LostInAFailover()
    {
        var failovers = PeerDesign.All.Where(design => design != PeerDesign.Control).Select(design => new PeerFailover(design)).ToArray();
        await Task.WhenAll(failovers.Select(failover => failover.RunAsync()));
        Print("| design | returned by the two that were there | by a new instance | looked at after |");
        Print("|---|---|---|---|");
        foreach (var failover in failovers)
            Print(failover.ToString());
        foreach (var ours in failovers.Where(failover => failover.Design == PeerDesign.Ours || failover.Design == PeerDesign.OursWithCopies))
            Assert.Equal((true, 0, 0), (ours.IsBack, ours.ByOld, ours.ByNew));
        Assert.Contains(failovers, failover => failover.ByNew > 0);
    }

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
