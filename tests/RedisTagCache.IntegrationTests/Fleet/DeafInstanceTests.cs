using System.Collections.Concurrent;
using System.Diagnostics;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;
using StackExchange.Redis;
using static RedisTagCache.IntegrationTests.Fleet.Latencies;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>An instance that misses messages, or gets none at all, sees every change soon nevertheless.</summary>
[Collection(Calm.Name)]
public sealed class DeafInstanceTests : IAsyncLifetime
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);
    private readonly ConcurrentBag<Sample> _samples = [];
    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;
    private int _cuts;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>With RESP3 messages come through the one connection there is, and it is that one which is cut.</summary>
    [Theory]
    [InlineData("resp2")]
    [InlineData("resp3")]
    public async Task ConnectionForMessages_CutAllTheTime_EveryChangeIsSeenSoon_AndForGood(string protocol)
    {
        await using var first = Instance.Create(_server.ConnectionString);
        await using var second = Instance.Create($"{_server.ConnectionString},name=deaf,protocol={protocol}");
        var (a, b) = (first.Get<ITagCache>(), second.Get<ITagCache>());
        await a.SetAsync("warm", "old");
        await b.CopyAsync("warm", "old");

        await using var background = new BackgroundLoad();
        background.Start(CutAsync);
        background.Start(stop => WatchAsync(b, stop));
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(3);)
        {
            var sample = await PrepareAsync(a, b);
            await ChangeAsync(a, sample);
            for (var elapsed = TimeSpan.Zero; await b.ReadAsync(sample.Key) == "old" && elapsed < _longest; elapsed = sample.Elapsed)
            {
                sample.LastOld = elapsed;
                await Often.PauseAsync(sample.Changed);
            }

            sample.IsSeen = true;
        }

        await LastWatchedLongEnoughAsync();
        await background.StopAsync();
        Print($"{protocol}: {_cuts} connections cut; {_samples.Count(sample => sample.IsBack)} changes were seen, and then the old value once more");
        Assert.True(_cuts >= 10, "It was cut off again and again.");
        await AssertSoonAsync(b, protocol);
    }

    /// <summary>As behind a proxy, or for a user, that lets no messages through.</summary>
    [Fact]
    public async Task Subscription_ThatIsNotAllowed_EveryChangeIsSeenSoon()
    {
        await DeafUser.CreateAsync(_admin.GetServers()[0], "deaf");
        await using var first = Instance.Create(_server.ConnectionString);
        await using var second = Instance.Create(_server.ConnectionString + DeafUser.Login("deaf"));
        var (a, b) = (first.Get<ITagCache>(), second.Get<ITagCache>());
        await using var background = new BackgroundLoad();
        background.Start(stop => WatchAsync(b, stop));
        for (var i = 0; i < 60; i++)
        {
            var sample = await PrepareAsync(a, b);
            await ChangeAsync(a, sample);
            await Task.Delay(TimeSpan.FromMilliseconds(50)); // over some seconds, so at different times between two looks
        }

        await LastWatchedLongEnoughAsync();
        await background.StopAsync();
        Assert.True(_samples.Max(sample => sample.LastOld) > TimeSpan.FromMilliseconds(100), "No messages came.");
        await AssertSoonAsync(b, "without messages");
    }

    private static async Task<Sample> PrepareAsync(ITagCache a, ITagCache b)
    {
        var key = WorkerFleet.NewKey();
        await a.SetAsync(key, "old", tags: [key]);
        await b.CopyAsync(key, "old");
        return new Sample(key);
    }

    private async Task ChangeAsync(ITagCache a, Sample sample)
    {
        var change = (Change)(_samples.Count % 3);
        await a.ChangeAsync(change, sample.Key);
        sample.Becomes = change == Change.Overwrite ? "new" : null;
        sample.Changed = Stopwatch.GetTimestamp();
        _samples.Add(sample);
    }

    private Task<TimeSpan> LastWatchedLongEnoughAsync() => Eventually.BecomesTrueAsync(() => _samples.All(sample => sample.Elapsed > TimeSpan.FromSeconds(2.2)), "the last change was watched");

    private async Task AssertSoonAsync(ITagCache b, string what)
    {
        var seen = new Latencies();
        foreach (var sample in _samples)
            seen.Add(sample.LastOld.TotalMilliseconds);
        seen.PrintAs($"{what}: from a change to the last time that the old value was read");
        Assert.True(seen.Count >= 50, "There were changes.");
        Assert.True(seen.Max < 2_000, "Every change is seen within two seconds, and from then on.");
        foreach (var sample in _samples)
            Assert.Equal(sample.Becomes, await b.ReadAsync(sample.Key));
    }

    /// <summary>
    /// Reads all the copies all the time: what was seen once need not have been heard of, for want of a connection the copy may only not have been
    /// asked. Then the old value is back later.
    /// </summary>
    private async Task WatchAsync(ITagCache b, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var sample in _samples)
            {
                var (elapsed, wasSeen) = (sample.Elapsed, sample.IsSeen);
                if (await b.ReadAsync(sample.Key, ChangeExtensions.OwnCopies) != "old")
                    continue;
                sample.LastOld = elapsed;
                sample.IsBack |= wasSeen;
            }

            await Task.Delay(1, CancellationToken.None); // so that it leaves the processor some time
        }
    }

    private async Task CutAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var clients = (string)(await _admin.GetServers()[0].ExecuteAsync("CLIENT", "LIST", "TYPE", "pubsub"))!;
            foreach (var client in clients.Split('\n').Where(line => line.Contains(" name=deaf ", StringComparison.Ordinal)))
            {
                await _admin.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "ID", client.Split(' ').Select(static word => word.Split('=')).First(static word => word[0].EndsWith("id", StringComparison.Ordinal))[1]);
                _cuts++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None); // the rate of the faults is what is tested
        }
    }

    private sealed record Sample(string Key)
    {
        public string? Becomes { get; set; }

        public long Changed { get; set; }

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Changed);

        public TimeSpan LastOld { get; set; }

        public bool IsSeen { get; set; }

        public bool IsBack { get; set; }
    }
}
