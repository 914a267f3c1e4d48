using System.Collections.Concurrent;
using System.Globalization;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Tags;

/// <summary>An instance that starts where more tags were invalidated than one page has: what its lookups wait for, and what they are answered.</summary>
public sealed class TagStateFirstTests : IDisposable
{
    private static readonly byte[][] _members = ["h=t"u8.ToArray(), "s=t"u8.ToArray()];
    private readonly ScriptedInstance _instance = new();
    private readonly PartitionWatch _watch;
    private readonly TagState _state;
    private volatile bool _hasMore = true;

    public TagStateFirstTests()
    {
        _watch = (PartitionWatch)_instance.Get<ValueStore>().Locate("k").Watch;
        _state = _watch.TagState;
        string[] rows = [.. Enumerable.Range(0, InvalidationsSyncScript.PageSize).SelectMany(static i => (string[])[string.Create(CultureInfo.InvariantCulture, $"h=other{i}"), "2"])];

        // The last page says that all up to 2 is over. A connection that becomes ready late has the state read again, and what is missing then would be made up for.
        _instance.Answers["invalidations_sync"] = _ => _hasMore ? ScriptedServer.Texts([_instance.Stamp.ToString(), "0", .. rows]) : ScriptedServer.Texts(_instance.Stamp.ToString(), "2");
        _instance.Answers["invalidations_find"] = _ => ScriptedServer.Texts(_instance.Stamp.ToString(), "1", "4", "0");
    }

    private EpochStamp Stamp => _instance.Stamp;

    private int Pages => _instance.Server.AskedOf("invalidations_sync").Count();

    private int Questions => _instance.Server.AskedOf("invalidations_find").Count();

    public void Dispose()
    {
        _hasMore = false;
        _instance.Dispose();
    }

    [Fact]
    public async Task CoverFirst_WithMorePages_AsksForTheTagsOfTheEntry()
    {
        await _instance.ConnectAsync();
        var state = await CoverAsync(_members);

        Assert.Null(_state.Known);
        Assert.Equal((Stamp, 1L, new TagInvalidations(4, 0)), (state!.Stamp, state.Floor, state.Invalidations["=t"u8]));
        Assert.Equal(["h=t", "s=t"], Assert.Single(_instance.Server.AskedOf("invalidations_find"))[3..]);
        Assert.Equal(Stamp, _state.First);
    }

    [Fact]
    public async Task CoverFirst_EachTime_AsksAgain()
    {
        await _instance.ConnectAsync();
        await CoverAsync(_members);
        _instance.Answers["invalidations_find"] = _ => ScriptedServer.Texts(Stamp.ToString(), "1", "5", "0");
        Assert.Equal(5, (await CoverAsync(_members))!.Invalidations["=t"u8].EvictedAt);
        Assert.Equal(2, Questions);
    }

    [Fact]
    public async Task CoverFirst_WithoutAnEntry_DoesNotWaitForAllPages()
    {
        await _instance.ConnectAsync();
        Assert.Null(await CoverAsync(members: null));
        Assert.Null(_state.Known);
        Assert.Equal(0, Questions);
    }

    [Fact]
    public async Task CoverFirst_WithOnePage_AsksNothing()
    {
        _hasMore = false;
        await _instance.ConnectAsync();
        Assert.Equal(Stamp, (await CoverAsync(_members))!.Stamp);
        Assert.Equal(Stamp, _state.Known!.Stamp);
        Assert.Equal(0, Questions);
        Assert.False(_state.IsLong.IsCompleted);
    }

    /// <summary>The partition is incomplete, another server has it, or the reply is older than the entry.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("4:0000000000000007:00000001")]
    [InlineData("9:0000000000000007:00000002")]
    [InlineData("9:0000000000000008:00000001")]
    public async Task CoverFirst_ByAReplyThatDoesNotCoverTheEntry_WaitsForAllPages(string? told)
    {
        await _instance.ConnectAsync();
        _instance.Answers["invalidations_find"] = _ => told is null ? ScriptedServer.List() : ScriptedServer.Texts(told, "1", "0", "0");
        var covering = CoverAsync(_members);
        await Eventually.BecomesTrueAsync(() => Questions == 1, "it has asked");
        var pages = Pages;
        await Eventually.BecomesTrueAsync(() => Pages > pages + 2, "pages are read");
        Assert.False(covering.IsCompleted);

        _hasMore = false;
        Assert.Same(await covering, _state.Known);
    }

    [Fact]
    public async Task Publish_AfterALookupWasShownMore_CoversIt()
    {
        await _instance.ConnectAsync();
        var shown = Stamp with { Epoch = 9 };
        Assert.True(await _state.TryShowAsync(shown, TestContext.Current.CancellationToken));
        Assert.True(await _state.TryShowAsync(Stamp, TestContext.Current.CancellationToken));
        Assert.Equal(shown, _state.First);

        // The last page is older than what was shown, so there is one more. A connection that becomes ready late has the state read once more after that.
        ConcurrentQueue<EpochStamp?> known = [];
        _instance.Answers["invalidations_sync"] = _ =>
        {
            known.Enqueue(_state.Known?.Stamp);
            return ScriptedServer.Texts((known.Count == 1 ? Stamp : shown).ToString(), "2");
        };
        await _state.CoverAsync(Stamp, TestContext.Current.CancellationToken);
        Assert.Equal(shown, _state.Known!.Stamp);
        Assert.Equal([null, null], known.Take(2));
    }

    [Fact]
    public async Task TryShow_AfterAllPages_IsFalse()
    {
        await _instance.ConnectAsync();
        Assert.True(await _state.TryShowAsync(Stamp, TestContext.Current.CancellationToken));
        _hasMore = false;
        await _state.CoverAsync(Stamp, TestContext.Current.CancellationToken);
        Assert.False(await _state.TryShowAsync(Stamp, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CoverFirst_AfterPagesThatFailed_ReadsThemAgainAndAsks()
    {
        await _instance.ConnectAsync();
        await CoverAsync(_members);
        _instance.Answers["invalidations_sync"] = static _ => "-ERR no\r\n";
        await Assert.ThrowsAsync<RedisServerException>(() => _state.RenewAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Null(_state.Known);
        Assert.Equal(4, (await CoverAsync(_members))!.Invalidations["=t"u8].EvictedAt); // asked, as before

        _instance.Answers["invalidations_sync"] = static _ => null;
        await Eventually.BecomesTrueAsync(async () => await CoverAsync(members: null) is not null, "all pages are read");
        Assert.Equal((Stamp, 2), (_state.Known!.Stamp, Questions));
    }

    [Fact]
    public async Task Start_WithMorePages_DoesNotWaitForThem()
    {
        await _instance.ConnectAsync();
        await _instance.Get<ValueStore>().StartAsync();
        Assert.Null(_state.Known);
        Assert.False(_watch.IsCurrent(_instance.Time.GetTimestamp()));

        _hasMore = false;
        await Eventually.BecomesTrueAsync(() => _watch.IsCurrent(_instance.Time.GetTimestamp()), "copies can be returned");
    }

    private Task<TagStateSnapshot?> CoverAsync(byte[][]? members) => _state.CoverFirstAsync(Stamp, members, TestContext.Current.CancellationToken).AsTask();
}
