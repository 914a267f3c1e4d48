using System.Buffers;
using System.Globalization;
using RedisTagCache.IntegrationTests.Fleet;
using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;
using RedisTagCache.Worker;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Large entries that many callers read at once: they cost no more than single commands, and small entries do not wait for them.</summary>
[Collection(nameof(LargeReadsTests))]
[CollectionDefinition(nameof(LargeReadsTests), DisableParallelization = true)]
public sealed class LargeReadsTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;
    private const int Rounds = 10;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private RedisServer _server = null!;
    private Instance _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _writer = NewInstance();
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) // not where the tests are skipped
            await _writer.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task GetAsync_OneLargeEntryByManyCallers_IsSentAFewTimes()
    {
        await using var link = ThrottledLink.Start(_server.ConnectionString);
        await using var instance = NewInstance(link.ConnectionString);
        await WriteAsync("page", 5 * Mebibyte);
        var before = link.Answered;
        var hits = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => LengthAsync(instance.Store, "page")));
        Assert.All(hits, static length => Assert.Equal(5 * Mebibyte, length));
        Assert.InRange((link.Answered - before) / (5 * Mebibyte), 1, 12);

        // From now on it is known to be large.
        before = link.Answered;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => LengthAsync(instance.Store, "page")));
        Assert.InRange((link.Answered - before) / (5 * Mebibyte), 1, 4);
    }

    [Theory]
    [InlineData(100, 5, true)]
    [InlineData(60, 4, false)]
    public async Task GetAsync_ManyLargeReads_AreHitsAndTakeNoMoreMemoryThanSingleCommands(int reads, int mebibytes, bool isOneEntry)
    {
        string[] keys = [.. Enumerable.Range(0, reads).Select(i => isOneEntry ? Key(0) : Key(i))];
        foreach (var key in keys.Distinct())
            await WriteAsync(key, mebibytes * Mebibyte);
        await using var client = await _server.ConnectAsync();
        string[] stored = [.. keys.Select(key => (string)KeyInRedis(client, key)!)];

        var single = await MeasureAsync("", stored);
        var together = await MeasureAsync(StoreExtensions.Pages.Name, keys);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{reads} reads of {mebibytes} MiB: single {single.Hits} hits, {single.Peak / Mebibyte} MiB; together {together.Hits} hits, {together.Peak / Mebibyte} MiB");
        Assert.Equal(reads, together.Hits);
        Assert.InRange(together.Peak, 0, single.Peak + (64 * Mebibyte)); // single commands alone take 36 to 103 MiB, from run to run; replies that are not shared take 500
    }

    [Fact]
    public async Task GetAsync_SmallEntryAmongLargeReads_ComesBeforeTheyAreDone()
    {
        await using var instance = NewInstance();
        await WriteAsync("small", 100);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => WriteAsync(Key(i), 4 * Mebibyte)));
        Assert.Equal(100, await LengthAsync(instance.Store, "small"));
        Assert.Equal(4 * Mebibyte, await LengthAsync(instance.Store, Key(0)));

        var large = Enumerable.Range(0, 60).Select(i => LengthAsync(instance.Store, Key(i))).ToArray();
        var left = new List<int>();
        for (var i = 0; i < 30 && !large.All(static read => read.IsCompleted); i++)
        {
            Assert.Equal(100, await LengthAsync(instance.Store, "small"));
            left.Add(large.Count(static read => !read.IsCompleted));
        }

        Assert.All(await Task.WhenAll(large), static length => Assert.Equal(4 * Mebibyte, length));
        Assert.True(left[0] > 30, $"{60 - left[0]} of 60 large reads were done before the small one.");
    }

    [Fact]
    public async Task GetAsync_MoreThanTheLinkCarriesWithinTheTimeout_DoesNotOpenTheCircuit()
    {
        await using var link = ThrottledLink.Start(_server.ConnectionString);
        await using var instance = Instance.Create(link.ConnectionString, static options => options.OperationTimeout = TimeSpan.FromSeconds(1));
        await WriteAsync("small", 100);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => WriteAsync(Key(i), Mebibyte)));
        Assert.Equal(100, await LengthAsync(instance.Store, "small"));
        Assert.Equal(Mebibyte, await LengthAsync(instance.Store, Key(0)));

        link.BytesPerSecond = 20 * Mebibyte;
        var large = Enumerable.Range(0, 60).Select(i => LengthAsync(instance.Store, Key(i))).ToArray();
        var small = new List<int>();
        while (!large.All(static read => read.IsCompleted))
            small.Add(await LengthAsync(instance.Store, "small"));
        for (var i = 0; i < 30; i++)
            small.Add(await LengthAsync(instance.Store, "small"));

        var hits = (await Task.WhenAll(large)).Count(static length => length == Mebibyte);
        TestContext.Current.TestOutputHelper?.WriteLine($"{hits} of 60 large reads and {small.Count(static length => length == 100)} of {small.Count} small ones were hits");
        Assert.InRange(hits, 5, 59); // else the link was not the bottleneck
        Assert.All(small, static length => Assert.Equal(100, length));
    }

    [Fact]
    public async Task GetAsync_HeldSmallEntries_DoNotHoldTheRepliesTheyCameIn()
    {
        await using var instance = NewInstance();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => WriteAsync(Key(i), i % 10 == 0 ? 50 : 60_000)));
        for (var round = 0; round < Rounds; round++)
            await ReadAsync(null); // buffers are pooled
        var held = new List<CacheLookup>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < Rounds; round++)
            await ReadAsync(held);
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.All(held, static lookup => Assert.Equal(50, lookup.Payload.Length));
        held.ForEach(static lookup => lookup.Dispose());
        TestContext.Current.TestOutputHelper?.WriteLine($"{held.Count} lookups of 50 bytes take {taken / 1024} KiB");
        Assert.InRange(taken, long.MinValue, 4 * Mebibyte);

        async Task ReadAsync(List<CacheLookup>? small)
        {
            var lookups = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => await instance.Store.GetAsync(StoreExtensions.Page(Key(i)))));
            foreach (var (i, lookup) in lookups.Index())
            {
                if (i % 10 == 0 && small is not null)
                    small.Add(lookup);
                else
                    lookup.Dispose();
            }
        }
    }

    private Instance NewInstance(string? connectionString = null) => Instance.Create(connectionString ?? _server.ConnectionString, static options => options.OperationTimeout = _patience);

    private async Task WriteAsync(string key, int length)
    {
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5), Tags = new[] { "t" } };
        Assert.Equal(CacheWriteOutcome.Stored, await _writer.Store.SetAsync(StoreExtensions.Page(key), new ReadOnlySequence<byte>(new byte[length]), CacheVersion.AtWrite, options));
    }

    private static async Task<int> LengthAsync(ITagCacheStore store, string key)
    {
        using var lookup = await store.GetAsync(StoreExtensions.Page(key));
        return lookup.HasValue ? lookup.Payload.Length : -1;
    }

    /// <summary>Reads in a process of its own, whose memory nothing else has grown.</summary>
    private async Task<(int Hits, long Peak)> MeasureAsync(string region, string[] keys)
    {
        await using var worker = await WorkerProcess.StartAsync(_server.ConnectionString + ",asyncTimeout=60000", TimeSpan.FromSeconds(5), operationTimeout: _patience);
        var answer = (await worker.GetAsync(new Command(Verb.ReadMany, region) { Tags = keys }))!.Split(' ');
        return (int.Parse(answer[0], CultureInfo.InvariantCulture), long.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    private static RedisKey KeyInRedis(ConnectionMultiplexer client, string key) =>
        client.GetServers()[0].Keys(pattern: "*}:e:*:" + key).First();

    private static string Key(int i) => "key-" + i.ToString("0000", CultureInfo.InvariantCulture);
}
