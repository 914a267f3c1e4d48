using System.Diagnostics;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.IntegrationTests.Fleet.Latencies;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>An instance whose connection for messages is cut all the time misses many, and sees every change soon nevertheless.</summary>
[Collection(WorkerFleet.Name)]
public sealed class DeafInstanceTests
{
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(4);
    private readonly List<string> _changed = [];
    private readonly Latencies _seen = new();
    private int _cuts;

    /// <summary>With RESP3 messages come through the one connection there is, and it is that one which is cut.</summary>
    [Theory]
    [InlineData("resp2", Change.Evict)]
    [InlineData("resp2", Change.Remove)]
    [InlineData("resp2", Change.Overwrite)]
    [InlineData("resp3", Change.Evict)]
    [InlineData("resp3", Change.Remove)]
    [InlineData("resp3", Change.Overwrite)]
    public async Task ConnectionForMessages_CutAllTheTime_EveryChangeIsSeenSoon_AndForGood(string protocol, Change change)
    {
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        await using var first = Instance.Create(server.ConnectionString);
        await using var second = Instance.Create($"{server.ConnectionString},name=deaf,protocol={protocol}");
        var (a, b) = (first.Get<ITagCache>(), second.Get<ITagCache>());
        await a.SetAsync("warm", "old", tags: ["warm"]);
        await Eventually.BecomesTrueAsync(() => b.HasCopyAsync("warm", "old"), "it works");

        await using var cutting = new BackgroundLoad();
        cutting.Start(stop => CutAsync(admin, stop));
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < _duration)
            await ChangeAsync(a, b, change);
        await cutting.StopAsync();

        Print($"{protocol}, {_cuts} connections cut");
        _seen.PrintAs($"{change} seen by an instance without a lasting connection");
        AssertNoneIsBack(await Task.WhenAll(_changed.Select(key => b.ReadAsync(key))));
        Assert.True(_cuts >= 10 && _seen.Count >= 10, "It was cut off again and again, and there were changes meanwhile.");
        Assert.True(_seen.Max < 2_000, "Every change is seen within two seconds.");
    }

    private async Task ChangeAsync(ITagCache a, ITagCache b, Change change)
    {
        var key = WorkerFleet.NewKey();
        await a.SetAsync(key, "old", tags: [key]);
        await Eventually.BecomesTrueAsync(() => b.HasCopyAsync(key, "old"), "it has a copy");

        await a.ChangeAsync(change, key);
        var changed = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(async () => await b.ReadAsync(key) != "old", "the change is seen", TimeSpan.FromSeconds(10));
        _seen.AddSince(changed);
        _changed.Add(key);

        // A miss for want of a connection is not yet the eviction seen: then the copy would be back later.
        AssertNoneIsBack(await Task.WhenAll(_changed.TakeLast(20).Select(one => b.ReadAsync(one))));
    }

    private static void AssertNoneIsBack(string?[] values) => Assert.DoesNotContain("old", values);

    private async Task CutAsync(ConnectionMultiplexer admin, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var clients = (string)(await admin.GetServers()[0].ExecuteAsync("CLIENT", "LIST", "TYPE", "pubsub"))!;
            foreach (var client in clients.Split('\n').Where(line => line.Contains(" name=deaf ", StringComparison.Ordinal)))
            {
                await admin.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "ID", client.Split(' ')[0]["id=".Length..]);
                _cuts++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None); // the rate of the faults is what is tested
        }
    }
}
