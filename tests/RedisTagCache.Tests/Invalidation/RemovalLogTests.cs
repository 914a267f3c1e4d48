using System.Text;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;

namespace RedisTagCache.Tests.Invalidation;

public sealed class RemovalLogTests
{
    private readonly RemovalLog _log = new();

    [Fact]
    public void Known_BeforeAnythingWasAsked_IsUnknownAndStaysSo()
    {
        Assert.Equal(RemovalMoment.Unknown, _log.Known);
        Assert.True(_log.Record(5, 6, "k")); // nothing can be missed by who knows nothing
        Assert.Equal(RemovalMoment.Unknown, _log.Known);
    }

    [Theory]
    [InlineData(100, 101, true, 101)]
    [InlineData(100, 107, true, 107)]
    [InlineData(99, 101, false, 100)]
    [InlineData(101, 102, false, 100)]
    [InlineData(0, 101, false, 100)]
    [InlineData(99, 100, true, 100)]
    [InlineData(1, 2, true, 100)]
    [InlineData(100, 100, true, 100)]
    public void Hear_OfANumber_GoesOnOnlyFromWhatIsKnown(long before, long number, bool isComplete, long known)
    {
        Adopt(RemovalMoment.Unknown, newest: 100);
        Assert.Equal(isComplete, _log.Record(before, number, "k"));
        Assert.Equal(known, _log.Known);
    }

    [Theory]
    [InlineData(100, 100, 50, false, true, 100)]
    [InlineData(100, 105, 50, false, true, 105)]
    [InlineData(100, 105, 100, false, true, 105)]
    [InlineData(100, 105, 101, false, false, 105)] // what lies between was dropped
    [InlineData(100, 105, 50, true, false, 105)] // there is more than was told
    [InlineData(100, 99, 50, false, false, 99)] // Redis has lost count
    [InlineData(RemovalMoment.Unknown, 105, 50, false, false, 105)] // nothing tells how old the copies are that were kept before
    public void Adopt_OfAPage_IsWholeOnlyWhenNothingCanBeMissing(long asked, long newest, long floor, bool hasMore, bool isWhole, long known)
    {
        Adopt(RemovalMoment.Unknown, newest: 100);
        var before = _log.Observe();
        Assert.Equal(isWhole, Adopt(asked, newest, floor, hasMore));
        Assert.Equal(known, _log.Known);
        Assert.Equal(!isWhole, _log.IsSuperseded("any", before, 1_000));
        Assert.False(_log.IsSuperseded("any", _log.Observe(), 1_000));
    }

    // What was written before the first answer may have been removed before it, and further down in the log than one page.
    [Fact]
    public void Adopt_ForTheFirstTime_LosesEverythingReadBefore()
    {
        var before = _log.Observe();
        Assert.False(_log.IsSuperseded("k", before, 5)); // written, and numbered by Redis
        Assert.False(Adopt(RemovalMoment.Unknown, 9_000, floor: 0, hasMore: true));
        Assert.True(_log.IsSuperseded("k", before, 5));
        Assert.Equal(9_000, _log.Known);
    }

    [Fact]
    public void Adopt_OfAPageThatWasSuperseded_DoesNotFallBack()
    {
        Adopt(RemovalMoment.Unknown, newest: 100);
        _log.Record(100, 110, "k");
        Assert.True(Adopt(100, newest: 105));
        Assert.Equal(110, _log.Known);
    }

    [Fact]
    public void IsSuperseded_ByWhatAPageTells_LooksAtNameAndNumber()
    {
        Adopt(RemovalMoment.Unknown, newest: 90);
        var before = _log.Observe();
        Assert.True(Adopt(90, 100, 0, false, ("k", 99), ("last", 100)));
        Assert.True(_log.IsSuperseded("k", before, 98));
        Assert.False(_log.IsSuperseded("k", before, 99));
        Assert.False(_log.IsSuperseded("K", before, 98));
        Assert.False(_log.IsSuperseded("last", before, 98)); // that is no entry
        Assert.False(_log.IsSuperseded("k", _log.Observe(), 98)); // it was read later
    }

    [Fact]
    public void IsSuperseded_ByAnAnnouncementAfterAGap_StillRecordsIt()
    {
        Adopt(RemovalMoment.Unknown, newest: 100);
        var before = _log.Observe();
        Assert.False(_log.Record(105, 106, "k"));
        Assert.True(_log.IsSuperseded("k", before, 105));
        Assert.Equal(new RemovalMoment(100, before.Recorded), before);
    }

    [Fact]
    public void IsSuperseded_ByARemovalOfItsOwn_IsSoWhateverTheNumber()
    {
        var before = _log.Observe();
        _log.RecordOwn("k");
        Assert.True(_log.IsSuperseded("k", before, 1_000_000));
        Assert.False(_log.IsSuperseded("other", before, 1_000_000));
        Assert.False(_log.IsSuperseded("k", _log.Observe(), 0));
    }

    [Fact]
    public void IsSuperseded_AfterForgetting_IsSoForAllThatWasReadBefore()
    {
        var before = _log.Observe();
        Assert.False(_log.IsSuperseded("k", before, 5));
        _log.Forget();
        Assert.True(_log.IsSuperseded("k", before, 1_000_000));
        Assert.False(_log.IsSuperseded("k", _log.Observe(), 0));
    }

    [Fact]
    public void TryKeep_OfACopy_KeepsItOnlyWhenItIsNotSuperseded()
    {
        var (before, kept) = (_log.Observe(), new List<string>());
        _log.RecordOwn("k");
        Assert.False(_log.TryKeep("k", before, 100, "old", kept.Add));
        Assert.True(_log.TryKeep("k", _log.Observe(), 100, "new", kept.Add));
        Assert.Equal(["new"], kept);
    }

    [Fact]
    public void IsSuperseded_OfACopyWithoutANumber_IsSo() => Assert.True(_log.IsSuperseded("k", _log.Observe(), RemovalMoment.Unknown));

    [Theory]
    [InlineData(1_024, false)]
    [InlineData(1_025, true)]
    public void IsSuperseded_WhenMoreWasRecordedThanIsRemembered_IsSo(int recorded, bool expected)
    {
        var before = _log.Observe();
        for (var i = 0; i < recorded; i++)
            _log.RecordOwn("other");
        Assert.Equal(expected, _log.IsSuperseded("k", before, 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void IsSuperseded_AfterAnything_AgreesWithALogThatForgetsNothing(int seed)
    {
        var random = new Random(seed);
        var recorded = new List<(string? Name, long Number)>(); // no name: everything
        var moments = new List<(RemovalMoment Moment, int Recorded)>();
        var newest = 0L;
        for (var i = 0; i < 4_000; i++)
        {
            var name = $"k{random.Next(5)}";
            moments.Add((_log.Observe(), recorded.Count));
            var before = newest;
            switch (random.Next(40))
            {
                case 0:
                    _log.RecordOwn(name);
                    recorded.Add((name, long.MaxValue));
                    break;
                case 1:
                    newest += 2;
                    recorded.Add((name, newest));
                    if (!Adopt(_log.Known, newest, floor: random.Next(10) == 0 ? newest : 0, hasMore: random.Next(10) == 0, (name, newest)))
                        recorded.Add((null, 0));
                    break;
                default:
                    newest += random.Next(1, 3);
                    if (_log.Known != RemovalMoment.Unknown)
                        recorded.Add((name, newest));
                    _log.Record(random.Next(5) == 0 ? before - 1 : before, newest, name);
                    break;
            }

            var (moment, count) = moments[^random.Next(1, Math.Min(moments.Count, 1_500) + 1)];
            var (asked, number) = ($"k{random.Next(5)}", Math.Max(0, newest - random.Next(100)));
            var isForgotten = recorded.Count - count > 1_024 || recorded.Skip(count).Any(one => one.Name is null);
            var expected = isForgotten || recorded.Skip(count).Any(one => one.Name == asked && one.Number > number);
            Assert.Equal(expected, _log.IsSuperseded(asked, moment, number));
        }
    }

    private bool Adopt(long asked, long newest, long floor = 0, bool hasMore = false, params (string Entry, long Number)[] rows) => _log.Adopt(
        asked,
        new RemovalsPage(newest, floor, [.. rows.Select(row => new RemovalRow(Encoding.UTF8.GetBytes(row.Entry), row.Number))], hasMore),
        static entry => Encoding.UTF8.GetString(entry) is var name and not "last" ? name : null);
}
