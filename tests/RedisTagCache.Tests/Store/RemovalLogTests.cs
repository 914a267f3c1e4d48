using System.Globalization;
using System.Text;
using RedisTagCache.Redis.Scripts;
using RedisTagCache.Store;

namespace RedisTagCache.Tests.Store;

public sealed class RemovalLogTests
{
    [Fact]
    public void Adopt_AfterKnowing_TellsOfWhatWasMissed()
    {
        var log = Knowing(100);
        var since = log.Observe();
        Assert.True(log.Adopt(100, Page(103, floor: 50, "a", "b", "c"), Name));
        Assert.Equal(103, log.Known);
        Assert.True(log.IsOvertaken("b", since, 100));
        Assert.False(log.IsOvertaken("b", since, 102)); // known to be newer
        Assert.False(log.IsOvertaken("d", since, 100));
        Assert.False(log.IsOvertaken("b", log.Observe(), 103));
    }

    [Theory]
    [InlineData(101, false)] // more was dropped than this instance knows
    [InlineData(100, true)]
    public void Adopt_OfWhatBeginsLater_LosesEverythingReadBefore(long floor, bool isWhole)
    {
        var log = Knowing(100);
        var since = log.Observe();
        Assert.Equal(isWhole, log.Adopt(100, Page(103, floor, "a"), Name));
        Assert.Equal(!isWhole, log.IsOvertaken("d", since, 100));
        Assert.Equal(103, log.Known);
    }

    // What was written before the first answer may have been removed before it, and further down in the log than one page.
    [Fact]
    public void Adopt_ForTheFirstTime_LosesEverythingKeptBefore()
    {
        var log = new RemovalLog();
        var since = log.Observe();
        Assert.False(log.IsOvertaken("k", since, 5)); // written, and numbered by Redis
        Assert.True(log.Hear(5, 6, "k")); // not to be judged yet
        Assert.False(log.Adopt(RemovalMoment.Unknown, Page(9_000, floor: 1, [.. Enumerable.Range(0, 2_000).Select(i => i.ToString(CultureInfo.InvariantCulture))]), Name));
        Assert.True(log.IsOvertaken("k", since, 5));
        Assert.Equal(9_000, log.Known);
    }

    [Fact]
    public void HearOwn_HoldsForAllThatWasReadBefore()
    {
        var log = Knowing(100);
        var since = log.Observe();
        log.HearOwn("k");
        Assert.True(log.IsOvertaken("k", since, 1_000));
        Assert.False(log.IsOvertaken("k", log.Observe(), 100));
    }

    [Fact]
    public void Forget_HoldsForAllThatWasReadBefore()
    {
        var log = Knowing(100);
        var since = log.Observe();
        log.Forget();
        Assert.True(log.IsOvertaken("k", since, 1_000));
        Assert.False(log.IsOvertaken("k", log.Observe(), 100));
    }

    [Fact]
    public void TryKeep_KeepsWhatIsNotOvertaken()
    {
        var (log, kept) = (Knowing(100), new List<string>());
        var since = log.Observe();
        log.HearOwn("k");
        Assert.False(log.TryKeep("k", since, 100, "old", kept.Add));
        Assert.True(log.TryKeep("k", log.Observe(), 100, "new", kept.Add));
        Assert.Equal(["new"], kept);
    }

    private static RemovalLog Knowing(long number)
    {
        var log = new RemovalLog();
        log.Adopt(RemovalMoment.Unknown, Page(number, number), Name);
        return log;
    }

    private static RemovalsPage Page(long newest, long floor, params string[] names) =>
        new(newest, floor, [.. names.Select((name, i) => new RemovalRow(Encoding.UTF8.GetBytes(name), newest - names.Length + 1 + i))], names.Length == RemovalsSyncScript.PageSize);

    private static string Name(byte[] entry) => Encoding.UTF8.GetString(entry);
}
