using System.Collections.Concurrent;
using System.Text;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Tests.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Invalidation;

/// <summary>How an instance follows what others do, seen from the server.</summary>
public sealed class FleetWatchTests : IDisposable
{
    private const string Channel = "{rtc:0}:epoch", Entry = "{rtc:0}:e:hybrid:build:k";
    private readonly ThrowingLogger _logger = new();
    private readonly ScriptedInstance _instance;
    private readonly ValueStore _values;
    private readonly PartitionWatch _watch;

    public FleetWatchTests()
    {
        _instance = new ScriptedInstance(_logger);
        _values = _instance.Get<ValueStore>();
        _watch = (PartitionWatch)_values.Locate("k").Watch;
    }

    public void Dispose()
    {
        _instance.Dispose();
        _logger.Dispose();
    }

    [Fact]
    public async Task Start_ByManyAtOnce_LooksSubscribesAndLooksAgainForAll()
    {
        await _instance.ConnectAsync();
        using var start = new Barrier(8);
        var starts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return _values.StartAsync();
            },
            TaskCreationOptions.LongRunning)));
        await Assert.Single(starts.Distinct());
        var looks = Looks();
        Assert.Equal(["GET", "SUBSCRIBE", "GET"], looks.Distinct().Append(looks[^1])); // what was announced before the subscription stood is found
        Assert.Single(looks, "SUBSCRIBE");
        Assert.InRange(looks.Length, 3, 5);
        Assert.Equal((_instance.Stamp, 100), (_watch.TagState.Known!.Stamp, _watch.Removals.Known));
        await Eventually.BecomesTrueAsync(() => _watch.IsCurrent(_instance.Time.GetTimestamp()), "copies can be returned");
    }

    [Fact]
    public async Task Start_WithoutRedis_EndsAllTheSameAndSubscribesWhenItIsThere()
    {
        _instance.IsSilent = true;
        await _values.StartAsync();
        Assert.False(_watch.IsCurrent(_instance.Time.GetTimestamp()));
        Assert.DoesNotContain("SUBSCRIBE", Looks());

        _instance.IsSilent = false;
        await PassesAsync(() => Looks().Contains("SUBSCRIBE"));
        await PassesAsync(() => _watch.IsCurrent(_instance.Time.GetTimestamp()));
    }

    [Fact]
    public async Task Start_WithoutLeaveToSubscribe_TriesAgainWithEachLook()
    {
        _instance.Answers["SUBSCRIBE"] = _ => "-NOPERM\r\n";
        await StartAsync();
        await PassesAsync(() => _instance.Server.AskedOf("SUBSCRIBE").Count() >= 3);
    }

    [Fact]
    public async Task Look_EverySecond_FindsWhatWasNotAnnounced()
    {
        var copies = await StartAsync();
        using var waiting = Listen();
        _instance.Stamp = _instance.Stamp with { Epoch = 9 };
        _instance.Answers["ZSCORE"] = _ => ScriptedServer.Bulk("105");
        _instance.Answers["removals_sync"] = _ => ScriptedServer.Texts("105", "50", Entry, "104", "last", "105");
        await PassesAsync(() => _watch.TagState.Known!.Stamp.Epoch == 9 && _watch.Removals.Known == 105);
        await Eventually.BecomesTrueAsync(() => waiting.Woken.IsCompleted, "the callers that wait are woken");
        Assert.Equal(["drop k 104"], copies.Told);
        Assert.Equal("100", _instance.Server.AskedOf("removals_sync").Last()[2]);
    }

    [Fact]
    public async Task Look_ThatFindsTheLogBehindItsFloor_DropsAllCopies()
    {
        var copies = await StartAsync();
        _instance.Answers["ZSCORE"] = _ => ScriptedServer.Bulk("105");
        _instance.Answers["removals_sync"] = _ => ScriptedServer.Texts("105", "101");
        await PassesAsync(() => copies.Told.Contains("drop all"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Look_ThatThrowsWhatIsNotOfRedis_IsFollowedByOthers(bool isFirst)
    {
        if (!isFirst)
            await StartAsync();
        _instance.IsSilent = true;
        _logger.IsThrowing = true; // of the failure
        if (isFirst)
            await _values.StartAsync();
        await PassesAsync(() => _logger.Count >= 3);

        _instance.IsSilent = false;
        _instance.Stamp = _instance.Stamp with { Epoch = 9 };
        await PassesAsync(() => _watch.TagState.Known is { Stamp.Epoch: 9 });
    }

    [Fact]
    public async Task Look_ThatFailsTwice_NoLongerVouchesForCopies()
    {
        await StartAsync();
        var now = _instance.Time.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => _watch.IsCurrent(now), "copies can be returned");
        _instance.IsSilent = true;
        Assert.True(_watch.IsCurrent(now + _instance.Time.TimestampFrequency));
        Assert.False(_watch.IsCurrent(now + (2 * _instance.Time.TimestampFrequency)));
        Assert.False(await _watch.PollAsync());
        Assert.False(await _watch.LookSinceAsync(now + 1));
        Assert.True(await _watch.LookSinceAsync(now - 1)); // that was seen
    }

    [Fact]
    public async Task Message_OfAnyKind_IsTakenOver()
    {
        var copies = await StartAsync();
        await SendAsync("m5:7:1 6:7:1 0 3:h=t", () => _watch.TagState.Known!.Stamp.Epoch == 6);
        Assert.Equal(6, _watch.TagState.Known!.Invalidations[Invalidations.Id("t")].EvictedAt);
        using var removed = Listen();
        await SendAsync($"r100 101 {Entry.Length}:{Entry}", () => removed.Woken.IsCompleted);
        using var released = Listen();
        await SendAsync("l" + Entry, () => released.Woken.IsCompleted);
        using var passed = Listen();
        await SendAsync("p" + Entry, () => passed.Woken.IsCompleted);
        await SendAsync("r101 102 24:{rtc:0}:e:hybrid:other:k", () => _watch.Removals.Known == 102); // another build's
        await SendAsync($"r98 99 {Entry.Length}:{Entry}", () => copies.Told.Count == 2); // of a server whose clock is behind
        Assert.Equal(["drop k 101", "drop k 99"], copies.Told);
        Assert.Equal((false, false, true), (await removed.Woken, await released.Woken, await passed.Woken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("m5:7:1 6:7:1 0 2147483647:h=t")]
    [InlineData("rx y z")]
    public async Task Message_OfNoKind_IsPassedOver(string message)
    {
        await StartAsync();
        await _instance.Server.PublishAsync(Channel, message);
        await SendAsync("m5:7:1 6:7:1 0 3:h=t", () => _watch.TagState.Known!.Stamp.Epoch == 6);
    }

    [Fact]
    public async Task Message_AfterAGap_AsksForWhatWasMissed()
    {
        await StartAsync();
        _instance.Stamp = _instance.Stamp with { Epoch = 8 };
        _instance.Answers["removals_sync"] = _ => ScriptedServer.Texts("107", "50");
        await SendAsync("m7:7:1 8:7:1 0 3:h=t", () => _watch.TagState.Known!.Stamp.Epoch == 8);
        await SendAsync("r105 106 " + Entry, () => _watch.Removals.Known == 107);
    }

    [Fact]
    public async Task Dispose_Always_UnsubscribesAndEndsTheLooks()
    {
        await StartAsync();
        _values.Dispose();
        await Eventually.BecomesTrueAsync(() => _instance.Server.AskedOf("UNSUBSCRIBE").Any(), "it has unsubscribed");
        for (var i = 0; i < 20; i++)
        {
            _instance.Time.Advance(TimeSpan.FromSeconds(1));
            await _watch.PollAsync();
        }

        Assert.Single(_instance.Server.AskedOf("SUBSCRIBE")); // the next look would have subscribed again
    }

    private string[] Looks() => [.. _instance.Server.Asked.Select(words => words[0]).Where(command => command is "GET" or "SUBSCRIBE")];

    private Task<TimeSpan> PassesAsync(Func<bool> condition) => Eventually.BecomesTrueAsync(
        () =>
        {
            _instance.Time.Advance(TimeSpan.FromMilliseconds(250));
            return condition();
        },
        "a look tells");

    private async Task SendAsync(string message, Func<bool> isTakenOver)
    {
        await _instance.Server.PublishAsync(Channel, message);
        await Eventually.BecomesTrueAsync(isTakenOver, message);
    }

    private async Task<ToldCopies> StartAsync()
    {
        await _instance.ConnectAsync();
        await _values.StartAsync();
        var copies = new ToldCopies();
        _values.Attach(copies);
        return copies;
    }

    private Waiters.Waiting Listen() => _watch.Waiters.Listen(EntryId.Of(Entry));

    private sealed class ToldCopies : ILocalCopies
    {
        public ConcurrentQueue<string> Told { get; } = [];

        public CacheRegion Region => CacheRegion.Hybrid;

        public void Drop(string name, long number) => Told.Enqueue($"drop {name} {number}");

        public void DropAll(EntryWatch watch) => Told.Enqueue("drop all");
    }
}
