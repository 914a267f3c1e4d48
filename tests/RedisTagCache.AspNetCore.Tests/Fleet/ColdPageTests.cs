using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Everybody asks for a page at once that is not there: one process renders it for the fleet.</summary>
[Collection(WebFleet.Name)]
public sealed class ColdPageTests(WebFleet fleet)
{
    private readonly string _page = $"/cached/page/{WebFleet.NewId()}";

    [Fact]
    public async Task FourProcesses_FiftyRequestsEach_RenderItOnce()
    {
        var visits = await fleet.VisitAsync(_page);
        Assert.Equal(200, visits.Length);
        Assert.All(visits, visit => Assert.Equal((200, visits[0].Body), (visit.Status, visit.Body)));
        Assert.Single(await fleet.RenderingsAsync(_page));
        visits.Print("cold page that takes 300 ms");
    }

    [Fact]
    public async Task GetAndHead_AreTwoPages_EachRenderedOnce()
    {
        var visits = await fleet.VisitAsync(_page, method: static i => i % 2 == 0 ? "GET" : "HEAD");
        Assert.All(visits, visit => Assert.Equal(200, visit.Status));
        Assert.Equal(2, visits.Select(visit => visit.Body).Distinct().Count()); // the page, and nothing
        Assert.Single(await fleet.RenderingsAsync(_page));
        Assert.Single(await fleet.RenderingsAsync(_page, "HEAD"));
    }

    [Fact]
    public async Task RendererKilledInTheMiddle_AnotherProcessTakesOver_AndTheOthersGetItsPage()
    {
        var visiting = fleet.VisitAsync(_page + "?takes=1000");
        await Eventually.BecomesTrueAsync(async () => (await fleet.RenderingsAsync(_page)).Length == 1, "it is rendered");
        var first = Assert.Single(await fleet.RenderingsAsync(_page));
        var killed = fleet.Processes.Index().Single(process => process.Item.Id == first.Process).Index;
        fleet.Processes[killed].Kill();
        var at = Stopwatch.GetTimestamp();
        try
        {
            var visits = await visiting;
            var renderings = await fleet.RenderingsAsync(_page);
            Assert.Equal(2, renderings.Length);
            var takenOver = Stopwatch.GetElapsedTime(at, renderings[1].At);
            var others = visits.Where((_, i) => i % WebFleet.Size != killed).ToArray();
            others.Print($"renderer killed, taken over {takenOver.TotalMilliseconds:F0} ms later, page that takes 1000 ms");
            Assert.Equal(150, others.Length);
            Assert.All(others, visit => Assert.Equal((200, others[0].Body), (visit.Status, visit.Body)));
            Assert.NotEqual(first.Process, renderings[1].Process);
            Assert.True(takenOver < WebFleet.LeaseDuration + TimeSpan.FromSeconds(1), "It is taken over soon.");
        }
        finally
        {
            await fleet.ReplaceAsync(killed);
        }
    }
}
