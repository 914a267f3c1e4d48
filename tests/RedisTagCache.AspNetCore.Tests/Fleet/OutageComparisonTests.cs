using System.Collections.Concurrent;
using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Two web processes under the same load from this one, with this store and with Microsoft's, while their Redis is hung and killed.</summary>
[Collection(Calm.Name)]
public sealed class OutageComparisonTests
{
    private const int Clients = 16;
    private const int Pages = 8;
    private const int EnoughAnswers = 16 * Clients;
    private static readonly TimeSpan _phase = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task HungAndKilled_OurRequestsAreAnsweredAtTheSpeedOfTheApplication()
    {
        await using var server = await RedisServer.StartAsync();
        await using var ours = await WebProcess.StartAsync(server.ConnectionString, TimeSpan.FromSeconds(5));
        await using var theirs = await WebProcess.StartAsync(server.ConnectionString, TimeSpan.FromSeconds(5), more: "microsoft");
        var (us, them) = (new ConcurrentQueue<(long At, Visit Visit)>(), new ConcurrentQueue<(long At, Visit Visit)>());
        await using var load = new BackgroundLoad();
        for (var i = 0; i < Clients; i++)
        {
            var client = i;
            load.Start(stop => AskAsync(ours.Visitors[client], client, us, stop));
            load.Start(stop => AskAsync(theirs.Visitors[client], client, them, stop));
        }

        var ends = new List<(string Name, long End)>();
        await PhaseAsync("before");
        server.Hang();
        await OutageAsync("hung");
        server.Resume();
        await PhaseAsync("resumed");
        server.Kill();
        await OutageAsync("killed");
        await server.RestartAsync();
        await PhaseAsync("restarted");
        await load.StopAsync();

        var begin = 0L;
        foreach (var (name, end) in ends)
        {
            Of(us, begin, end).Print($"{name}, RedisTagCache");
            Of(them, begin, end).Print($"{name}, Microsoft's store");
            begin = end;
        }

        Assert.All(us, answer => Assert.Equal(200, answer.Visit.Status));
        Assert.True(us.Count(answer => answer.Visit.Took > _slow) <= 4 * Clients, $"Only the first requests of an outage wait; {us.Count(answer => answer.Visit.Took > _slow)} did.");
        foreach (var i in new[] { 1, 3 })
        {
            var (mine, other) = (Of(us, ends[i - 1].End, ends[i].End), Of(them, ends[i - 1].End, ends[i].End));
            Assert.True(mine.Percentile(50) < 100, $"{ends[i].Name}: the page takes 20 ms.");
            Assert.True(mine.Length > other.Length, $"{ends[i].Name}: more requests are answered, {mine.Length} and {other.Length}.");
        }

        // The first request of each client waits until Redis is found to be silent. A busy machine needs longer for those after it.
        async Task OutageAsync(string name)
        {
            var before = us.Count;
            var begin = Stopwatch.GetTimestamp();
            await Eventually.BecomesTrueAsync(() => us.Count - before > EnoughAnswers && Stopwatch.GetElapsedTime(begin) > _phase, $"{name}: {EnoughAnswers} requests are answered", TimeSpan.FromSeconds(30));
            ends.Add((name, Stopwatch.GetTimestamp()));
        }

        async Task PhaseAsync(string name)
        {
            await Task.Delay(_phase); // a time under load is what is measured
            ends.Add((name, Stopwatch.GetTimestamp()));
        }
    }

    /// <summary>By when they were answered.</summary>
    private static Visit[] Of(IEnumerable<(long At, Visit Visit)> answers, long begin, long end) => [.. answers.Where(a => a.At > begin && a.At <= end).Select(a => a.Visit)];

    private static async Task AskAsync(Visitor visitor, int client, ConcurrentQueue<(long At, Visit Visit)> answers, CancellationToken stop)
    {
        for (var i = client; !stop.IsCancellationRequested; i++)
        {
            var visit = await visitor.VisitAsync($"/brief/{i % Pages}");
            answers.Enqueue((Stopwatch.GetTimestamp(), visit));
            await Task.Delay(5, CancellationToken.None); // some hundred requests a second each, not as many as the machine bears
        }
    }
}
