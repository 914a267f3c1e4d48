using System.Globalization;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Nobody queues for a page that turns out not to be cacheable: a request waits for one rendering of another's at most, and then renders its own.</summary>
[Collection(WebFleet.Name)]
public sealed class UncacheablePageTests(WebFleet fleet)
{
    /// <summary>A request that waits for one rendering and then renders itself takes two renderings, and some time to learn of the first one's end.</summary>
    private const double TwoRenderings = 2.25;

    [Theory]
    [InlineData("missing", 404)]
    [InlineData("cookie", 200)]
    [InlineData("nostore", 200)]
    [InlineData("late-nostore", 200)]
    [InlineData("throws", 500)]
    [InlineData("error", 500)]
    public async Task FourProcesses_FiftyRequestsEach_NoneTakesLongerThanTwoRenderings(string kind, int status)
    {
        for (var i = 0; i < 10; i++)
            await fleet.VisitAsync($"/cached/{kind}/{WebFleet.NewId()}?takes=20"); // until all is compiled

        await Rounds.OneShowsAsync(() => MeasureAsync(kind, status), "nobody waits for more than one rendering, and not again once it is known");
    }

    private async Task<bool> MeasureAsync(string kind, int status)
    {
        var id = WebFleet.NewId();
        var plain = await fleet.VisitAsync($"/plain/{kind}/{id}");
        var first = await fleet.VisitAsync($"/cached/{kind}/{id}");
        var next = await fleet.VisitAsync($"/cached/{kind}/{id}");
        plain.Print($"{kind}, 300 ms, without the cache");
        first.Print(string.Create(CultureInfo.InvariantCulture, $"{kind} with it, at first ({first.Max() / plain.Max():F2} times as long)"));
        next.Print($"{kind} with it, from then on");
        Assert.All(plain.Concat(first).Concat(next), visit => Assert.Equal(status, visit.Status));
        Assert.Equal(400, (await fleet.RenderingsAsync($"/cached/{kind}/{id}")).Length);
        return first.Max() < TwoRenderings * plain.Max() && next.Max() < 1.5 * plain.Max();
    }
}
