using System.Text;
using RedisTagCache.Store;

namespace RedisTagCache.Tests.Store;

public sealed class MarkTableTests
{
    [Fact]
    public void Raise_OlderThanWhatIsThere_ChangesNothing()
    {
        var table = Marks.Table("h:t:5 h:t:9 h:t:3 s:t:7 s:t:2");
        Assert.Equal(new TagMarks(9, 7), table[Marks.Id("t")]);
    }

    [Fact]
    public void Raise_HardAndSoft_AreKeptApart()
    {
        var table = Marks.Table("h:hard:5 s:soft:6");
        Assert.Equal(new TagMarks(5, 0), table[Marks.Id("hard")]);
        Assert.Equal(new TagMarks(0, 6), table[Marks.Id("soft")]);
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void Get_OfATagNeverMarked_IsZero()
    {
        Assert.Equal(default, new MarkTable()[Marks.Id("t")]);
        Assert.Equal(default, Marks.Table("h:t:5")[Marks.Id("T ")]);
        Assert.Equal(default, Marks.Table("h:t:5")[Marks.Id("t ")]);
    }

    [Fact]
    public void Raise_WithABufferThatIsUsedAgain_KeepsWhatItHeld()
    {
        var table = new MarkTable();
        var member = Marks.Member("h", "one");
        table.Raise(member, 5);
        member.AsSpan().Fill((byte)'h');
        table.Raise(member, 9);
        Assert.Equal(new TagMarks(5, 0), table[Marks.Id("one")]);
    }

    [Theory]
    [InlineData("floor")]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("s")]
    [InlineData("=t")]
    [InlineData("x=t")]
    [InlineData("H=t")]
    public void Raise_OfAMemberThatIsNoMark_IsPassedOver(string member)
    {
        var table = new MarkTable();
        table.Raise(Encoding.UTF8.GetBytes(member), 5);
        Assert.Equal(0, table.Count);
    }

    [Theory]
    [InlineData("", "h:t:5", 0, "")]
    [InlineData("h:t:5", "", 0, "h=t")]
    [InlineData("h:t:5", "h:t:5", 0, "")]
    [InlineData("h:t:5", "h:t:6", 0, "")]
    [InlineData("h:t:6", "h:t:5", 0, "h=t")]
    [InlineData("h:t:6", "s:t:9", 0, "h=t")]
    [InlineData("h:t:6", "h:other:9", 0, "h=t")]
    [InlineData("h:t:6", "", 5, "h=t")]
    [InlineData("h:t:6", "", 6, "")]
    [InlineData("h:t:6 h:u:8", "", 7, "h=u")]
    [InlineData("s:t:6", "", 0, "s=t")]
    [InlineData("s:t:6", "s:t:6", 0, "")]
    [InlineData("s:t:6", "s:t:5", 0, "s=t")]
    [InlineData("s:t:6", "h:t:6", 0, "")]
    [InlineData("s:t:6", "h:t:5", 0, "s=t")]
    [InlineData("s:t:6", "", 6, "")]
    [InlineData("h:t:5 s:t:6", "", 0, "h=t s=t")]
    [InlineData("h:a:1 h:b:2 s:c:3", "h:b:2", 0, "h=a s=c")]
    public void NotIn_AnotherTable_NamesWhatThatOneLacksAboveTheFloor(string here, string there, long floor, string expected)
    {
        var lost = Marks.Table(here).NotIn(Marks.Table(there), floor).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', lost));
    }

    [Fact]
    public void Prune_OfASmallTable_DropsNothing()
    {
        var table = Marks.Table("h:t:5");
        table.Prune(floor: 10);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void Prune_OfALargeTable_DropsOnlyWhatTheFloorCovers()
    {
        var table = new MarkTable();
        for (var i = 1; i <= 4_000; i++)
            table.Raise(Marks.Member(i % 2 == 0 ? "h" : "s", $"t{i}"), i);
        table.Raise(Marks.Member("s", "t2"), 4_001); // its hard mark is covered, its soft one is not
        table.Raise(Marks.Member("h", "t3"), 4_002);

        table.Prune(floor: 3_000);

        for (var i = 1; i <= 4_000; i++)
        {
            var expected = i is 2 ? new TagMarks(2, 4_001)
                : i is 3 ? new TagMarks(4_002, 3)
                : i <= 3_000 ? default
                : i % 2 == 0 ? new TagMarks(i, 0) : new TagMarks(0, i);
            Assert.Equal(expected, table[Marks.Id($"t{i}")]);
        }

        Assert.Equal(1_002, table.Count);
    }

    [Fact]
    public async Task Raise_ByManyAtOnce_NeverFallsAndKeepsTheHighest()
    {
        const int Writers = 4;
        const int Rounds = 20_000;
        var table = new MarkTable();
        var (hard, soft, id) = (Marks.Member("h", "t"), Marks.Member("s", "t"), Marks.Id("t"));
        using var start = new Barrier(Writers + 1);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 1; i <= Rounds; i++)
                    table.Raise(writer % 2 == 0 ? hard : soft, (i * Writers) + writer);
            },
            TaskCreationOptions.LongRunning)).ToArray();

        var seen = default(TagMarks);
        start.SignalAndWait();
        while (!Task.WhenAll(writers).IsCompleted)
        {
            var now = table[id];
            Assert.True(now.Hard >= seen.Hard && now.Soft >= seen.Soft, $"{now} after {seen}");
            seen = now;
        }

        await Task.WhenAll(writers);
        Assert.Equal(new TagMarks((Rounds * Writers) + 2, (Rounds * Writers) + 3), table[id]);
    }
}
