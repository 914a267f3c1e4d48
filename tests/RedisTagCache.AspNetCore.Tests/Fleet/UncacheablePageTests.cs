namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Nobody queues for a page that turns out not to be cacheable: a request waits for one rendering of another's at the most, and then renders its own.</summary>
[Collection(WebFleet.Name)]
public sealed class UncacheablePageTests(WebFleet fleet)
{
    [Theory]
    [InlineData("missing", 404)]
    [InlineData("cookie", 200)]
    [InlineData("nostore", 200)]
    [InlineData("late-nostore", 200)]
    [InlineData("throws", 500)]
    [InlineData("error", 500)]
    public async Task FourProcesses_FiftyRequestsEach_NoneTakesTwiceAsLongAsWithoutTheCache(string kind, int status)
    {
        for (var i = 0; i < 10; i++)
            await fleet.VisitAsync($"/cached/{kind}/{WebFleet.NewId()}?takes=0"); // until all is compiled

        var id = WebFleet.NewId();
        var plain = await fleet.VisitAsync($"/plain/{kind}/{id}");
        var first = await fleet.VisitAsync($"/cached/{kind}/{id}");
        var next = await fleet.VisitAsync($"/cached/{kind}/{id}");
        plain.Print($"{kind} without the cache");
        first.Print($"{kind} with it, at first");
        next.Print($"{kind} with it, from then on");
        Assert.All(plain.Concat(first).Concat(next), visit => Assert.Equal(status, visit.Status));
        Assert.Equal(400, (await fleet.RenderingsAsync($"/cached/{kind}/{id}")).Length);
        Assert.True(first.Max() < 2 * plain.Max(), "No request takes twice as long.");
        Assert.True(next.Max() < 2 * plain.Max() && next.Percentile(50) < 1.5 * plain.Max(), "Nobody waits again.");
    }
}
