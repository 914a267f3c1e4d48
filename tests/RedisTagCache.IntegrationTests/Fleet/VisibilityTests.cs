using System.Diagnostics;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>How soon what one instance changes is seen through the copies of another.</summary>
[Collection(WorkerFleet.Name)]
public sealed class VisibilityTests(WorkerFleet fleet)
{
    private const int Samples = 500;
    private const int WarmUp = 20;
    private const int Moment = 50;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Change.Evict)]
    [InlineData(Change.Remove)]
    [InlineData(Change.Overwrite)]
    public async Task Change_ByAnotherInstance_IsSeenThroughOwnCopiesWithinAMoment(Change change)
    {
        await using var first = Instance.Create(fleet.ConnectionString);
        await using var second = Instance.Create(fleet.ConnectionString);
        var (a, b) = (first.Get<ITagCache>(), second.Get<ITagCache>());
        var seen = new Latencies();
        for (var i = -WarmUp; i < Samples; i++)
        {
            var key = WorkerFleet.NewKey();
            await a.SetAsync(key, "old", tags: [key]);
            await b.CopyAsync(key, "old");

            await a.ChangeAsync(change, key);
            var changed = Stopwatch.GetTimestamp();
            while (await b.ReadAsync(key) == "old" && Stopwatch.GetElapsedTime(changed) < _longest)
                await Often.PauseAsync(changed);
            if (i >= 0)
                seen.AddSince(changed);
            if (IsLate(seen))
                break;
            Assert.Equal(change == Change.Overwrite ? "new" : null, await b.ReadAsync(key));
        }

        AssertSoon(seen, $"{change} seen by another instance");
    }

    [Theory]
    [InlineData(Change.Evict)]
    [InlineData(Change.Remove)]
    [InlineData(Change.Overwrite)]
    public async Task Change_ByAnotherProcess_IsSeenThroughOwnCopiesWithinAMoment(Change change)
    {
        var (a, b) = (fleet.Workers[4], fleet.Workers[5]);
        var seen = new Latencies();
        for (var i = -WarmUp; i < Samples; i++)
        {
            var key = WorkerFleet.NewKey();
            await a.GetAsync(new Command(Verb.Set, key) { Value = "old", Tags = [key] });
            await Eventually.BecomesTrueAsync(() => WorkerFleet.HasCopyAsync(b, key, "old"), "it has a copy");

            var watch = b.Begin(new Command(Verb.Watch, key) { Value = "old" });
            var changed = await a.DoAsync(change switch
            {
                Change.Evict => new Command(Verb.Evict, key),
                Change.Remove => new Command(Verb.Remove, key),
                _ => new Command(Verb.Set, key) { Value = "new", Tags = [key] },
            });
            Assert.Empty(changed.Errors);
            var answer = await watch.Done;
            Assert.Equal(change == Change.Overwrite ? "new" : null, answer.Values[0]);
            if (i >= 0)
                seen.Add(Stopwatch.GetElapsedTime(changed.At, answer.At).TotalMilliseconds);
            if (IsLate(seen))
                break;
        }

        AssertSoon(seen, $"{change} seen by another process");
    }

    /// <summary>Whether it cannot become better any more.</summary>
    private static bool IsLate(Latencies seen) => seen.Count is > 50 and < 60 && seen.P50 >= Moment;

    private static void AssertSoon(Latencies seen, string what)
    {
        seen.PrintAs(what);
        Assert.True(seen.P99 < Moment, "It is seen within a moment.");
        Assert.Equal(Samples, seen.Count);
    }
}
