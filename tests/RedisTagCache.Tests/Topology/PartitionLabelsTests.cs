using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

public sealed class PartitionLabelsTests
{
    [Theory]
    [InlineData("123456789", 0x31C3 % HashSlot.Count)]
    [InlineData("", 0)]
    [InlineData("user1000", 3443)]
    public void HashSlot_IsThatOfTheSpecification(string tag, int slot) => Assert.Equal(slot, HashSlot.Of(tag));

    [Fact]
    public void OnePartition_HasTheLabelThatItHasAlwaysHad() => Assert.Equal(["0"], PartitionLabels.For("rtc", 1));

    [Theory]
    [InlineData("rtc", 12)]
    [InlineData("rtc", 36)]
    [InlineData("shop-7", 36)]
    [InlineData("a.very.long_prefix-of-an-application", 128)]
    [InlineData("rtc", 1_024)]
    public void Labels_LieInTheMiddleOfTheirParts(string prefix, int count)
    {
        var part = (double)HashSlot.Count / count;
        var labels = PartitionLabels.For(prefix, count).ToArray();
        Assert.Equal(count, labels.Distinct().Count());
        for (var i = 0; i < count; i++)
            Assert.InRange(HashSlot.Of($"{prefix}:{labels[i]}"), (i + 0.3) * part, (i + 0.7) * part);
    }

    [Theory]
    [InlineData(0, 36)]
    [InlineData(1, 12)]
    [InlineData(2, 12)]
    [InlineData(3, 12)]
    [InlineData(4, 12)]
    [InlineData(5, 36)]
    [InlineData(6, 12)]
    [InlineData(7, 36)]
    [InlineData(12, 36)]
    public void CountOn_ACluster_IsLowWhereThatIsEven(int primaries, int expected) => Assert.Equal(expected, PartitionLayout.CountOn(primaries));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(36)]
    public void Partitions_OfACluster_AreSharedEvenlyByPrimaries(int primaries)
    {
        var count = PartitionLayout.CountOn(primaries);
        foreach (var prefix in new[] { "rtc", "shop", "x" })
        {
            var shares = new int[primaries];
            foreach (var label in PartitionLabels.For(prefix, count))
                shares[HashSlot.Of($"{prefix}:{label}") * primaries / HashSlot.Count]++;
            if (count % primaries == 0)
                Assert.All(shares, share => Assert.Equal(count / primaries, share));
            else
                Assert.All(shares, share => Assert.InRange(6 * share * primaries, 1, 7 * count)); // at most a sixth above its share
        }
    }

    [Fact]
    public void Labels_DependOnTheirNumber() => Assert.Empty(PartitionLabels.For("rtc", 36).Intersect(PartitionLabels.For("rtc", 72)));
}
