using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Everybody asks for a page at once that has expired: all get the old one at once, and one process renders it again behind them.</summary>
[Collection(WebFleet.Name)]
public sealed class StalePageTests(WebFleet fleet)
{
    private const int Processes = 2;
    private const int Visitors = 100;

    /// <summary>How long the page takes, in milliseconds.</summary>
    private const int Rendering = 300;

    /// <summary>Looks, and has nothing rendered.</summary>
    private const string OnlyLooking = "Cache-Control: only-if-cached\r\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoProcesses_AHundredRequestsEach_AreAnsweredAtOnce_WithOneRerun(bool isSoftlyExpired)
    {
        for (var i = 0; i < 10; i++)
            await RunAsync(isSoftlyExpired, "?takes=0"); // until all is compiled

        await Rounds.OneShowsAsync(async () =>
        {
            var (old, visits, fresh) = await RunAsync(isSoftlyExpired, $"?takes={Rendering}");
            visits.Print($"{(isSoftlyExpired ? "softly expired" : "expired")} page that takes {Rendering} ms");
            Assert.Equal(200, visits.Length);
            Assert.All(visits, visit => Assert.True((visit.Status, visit.Body) == (200, old.Body) && visit.Is("stale"), visit.Head));
            Assert.True(visits.Max() < Rendering, "Nobody waits for the rendering.");
            fresh.Print("the same page, fresh");
            return visits.Percentile(99) < 3 * fresh.Percentile(99);
        }, "the 99th percentile is below three times that of the same requests for the fresh page");
    }

    /// <summary>Has a page expire, all ask for it, waits until it was rendered again, once, and has all ask for it once more.</summary>
    private async Task<(Visit Old, Visit[] Visits, Visit[] Fresh)> RunAsync(bool isSoftlyExpired, string query)
    {
        var id = WebFleet.NewId();
        var path = $"/cached/{(isSoftlyExpired ? "page" : "brief")}/{id}";
        var old = await fleet.Processes[0].Visitors[0].VisitAsync(path + query);
        if (isSoftlyExpired)
            Assert.Equal(200, (await fleet.Processes[2].Visitors[0].VisitAsync($"/expire/{id}", "POST", "Content-Length: 0\r\n")).Status);
        await Eventually.BecomesTrueAsync(async () => (await LookAsync(path + query)).Is("stale"), "it has expired");

        var visits = await fleet.VisitAsync(path + query, Processes, Visitors);
        await Eventually.BecomesTrueAsync(async () => (await LookAsync(path + query)).Is("hit"), "it is fresh");
        Assert.NotEqual(old.Body, (await LookAsync(path + query)).Body);
        Assert.Equal(2, (await fleet.RenderingsAsync(path)).Length);
        return (old, visits, await fleet.VisitAsync(path + query, Processes, Visitors));
    }

    private Task<Visit> LookAsync(string path) => fleet.Processes[1].Visitors[0].VisitAsync(path, headers: OnlyLooking);
}
