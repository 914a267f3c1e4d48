using System.IO.Hashing;
using System.Text;
using RedisTagCache.Tags;

namespace RedisTagCache.Tests.Tags;

public sealed class TagInvalidationTableTests
{
    [Fact]
    public void Raise_OlderThanWhatIsThere_ChangesNothing()
    {
        var table = Invalidations.Table("h:t:5 h:t:9 h:t:3 s:t:7 s:t:2");
        Assert.Equal(new TagInvalidations(9, 7), table[Invalidations.Id("t")]);
    }

    /// <summary>Visitors may choose tags. What they can compute themselves must not tell which tags collide.</summary>
    [Fact]
    public void HashOf_Tags_IsNotTheOneWithoutASeed()
    {
        byte[][] ids = [.. Enumerable.Range(0, 4).Select(static i => Invalidations.Id($"t{i}"))];
        Assert.Contains(ids, static id => TagInvalidationRows.HashOf(id) != (int)XxHash3.HashToUInt64(id));
    }

    [Fact]
    public void Raise_HardAndSoft_AreKeptApart()
    {
        var table = Invalidations.Table("h:hard:5 s:soft:6");
        Assert.Equal(new TagInvalidations(5, 0), table[Invalidations.Id("hard")]);
        Assert.Equal(new TagInvalidations(0, 6), table[Invalidations.Id("soft")]);
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void Get_OfATagNeverMarked_IsZero()
    {
        Assert.Equal(default, new TagInvalidationTable()[Invalidations.Id("t")]);
        Assert.Equal(default, Invalidations.Table("h:t:5")[Invalidations.Id("T ")]);
        Assert.Equal(default, Invalidations.Table("h:t:5")[Invalidations.Id("t ")]);
    }

    [Fact]
    public void Raise_WithABufferThatIsUsedAgain_KeepsWhatItHeld()
    {
        var table = new TagInvalidationTable();
        var member = Invalidations.Member("h", "one");
        table.Raise(member, 5);
        member.AsSpan().Fill((byte)'h');
        table.Raise(member, 9);
        Assert.Equal(new TagInvalidations(5, 0), table[Invalidations.Id("one")]);
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
        var table = new TagInvalidationTable();
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
        var lost = Invalidations.Table(here).NotIn(Invalidations.Table(there), floor).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', lost));
    }

    [Fact]
    public void Prune_OfASmallTable_DropsNothing()
    {
        var table = Invalidations.Table("h:t:5");
        table.Prune(floor: 10);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void Prune_OfALargeTable_DropsOnlyWhatTheFloorCovers()
    {
        var table = new TagInvalidationTable();
        for (var i = 1; i <= 4_000; i++)
            table.Raise(Invalidations.Member(i % 2 == 0 ? "h" : "s", $"t{i}"), i);
        table.Raise(Invalidations.Member("s", "t2"), 4_001); // its eviction is covered, its expiry is not
        table.Raise(Invalidations.Member("h", "t3"), 4_002);

        table.Prune(floor: 3_000);

        for (var i = 1; i <= 4_000; i++)
        {
            var expected = i is 2 ? new TagInvalidations(2, 4_001)
                : i is 3 ? new TagInvalidations(4_002, 3)
                : i <= 3_000 ? default
                : i % 2 == 0 ? new TagInvalidations(i, 0) : new TagInvalidations(0, i);
            Assert.Equal(expected, table[Invalidations.Id($"t{i}")]);
        }

        Assert.Equal(1_002, table.Count);
    }

    [Fact]
    public async Task Raise_ByManyAtOnce_NeverFallsAndKeepsTheHighest()
    {
        const int Writers = 4;
        const int Rounds = 20_000;
        var table = new TagInvalidationTable();
        var (hard, soft, id) = (Invalidations.Member("h", "t"), Invalidations.Member("s", "t"), Invalidations.Id("t"));
        using var start = new Barrier(Writers + 1);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 1; i <= Rounds; i++)
                    table.Raise(writer % 2 == 0 ? hard : soft, (i * Writers) + writer);
            },
            TaskCreationOptions.LongRunning)).ToArray();

        var seen = default(TagInvalidations);
        start.SignalAndWait();
        while (!Task.WhenAll(writers).IsCompleted)
        {
            var now = table[id];
            Assert.True(now.EvictedAt >= seen.EvictedAt && now.ExpiredAt >= seen.ExpiredAt, $"{now} after {seen}");
            seen = now;
        }

        await Task.WhenAll(writers);
        Assert.Equal(new TagInvalidations((Rounds * Writers) + 2, (Rounds * Writers) + 3), table[id]);
    }

    [Fact]
    public void Raise_OfManyTagsOfAnyLength_FindsEach()
    {
        var random = new Random(7);
        var table = new TagInvalidationTable();
        var expected = new Dictionary<string, TagInvalidations>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            var length = random.Next(100) switch { 0 => random.Next(40_000), < 5 => random.Next(300), _ => random.Next(20) };
            var tag = random.Next(6_000) + new string('x', length);
            var (isEviction, epoch) = (random.Next(2) == 0, random.Next(1, 1_000));
            table.Raise(Encoding.UTF8.GetBytes((isEviction ? "h=" : "s=") + tag), epoch);
            var known = expected.GetValueOrDefault(tag);
            expected[tag] = isEviction ? known with { EvictedAt = Math.Max(known.EvictedAt, epoch) } : known with { ExpiredAt = Math.Max(known.ExpiredAt, epoch) };
        }

        Assert.Equal(expected.Count, table.Count);
        Assert.All(expected, tag => Assert.Equal(tag.Value, table[Encoding.UTF8.GetBytes("=" + tag.Key)]));
        table.Prune(500);
        var left = expected.Where(static tag => Math.Max(tag.Value.EvictedAt, tag.Value.ExpiredAt) > 500).ToList();
        Assert.Equal(left.Count, table.Count);
        Assert.All(left, tag => Assert.Equal(tag.Value, table[Encoding.UTF8.GetBytes("=" + tag.Key)]));
    }

    [Fact]
    public async Task Get_WhileTagsAreAdded_FindsWhatWasRaisedBefore()
    {
        const int Tags = 50_000;
        var table = new TagInvalidationTable();
        var raised = 0;
        var reading = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var random = new Random();
            for (int count; (count = Volatile.Read(ref raised)) < Tags;)
            {
                var one = random.Next(count + 1);
                var found = table[Id(one)].EvictedAt;
                Assert.True(one == count || found >= one + 1, $"{one} of {count} has {found}");
            }
        })).ToArray();
        for (var i = 0; i < Tags; i++)
        {
            table.Raise([(byte)'h', .. Id(i)], i + 1);
            table.Raise([(byte)'h', .. Id(i / 2)], (i / 2) + 2);
            Volatile.Write(ref raised, i + 1);
            if (i % 10_000 == 0)
                table.Prune(0);
        }

        await Task.WhenAll(reading);

        static byte[] Id(int i) => Encoding.UTF8.GetBytes("=article:" + i);
    }
}
