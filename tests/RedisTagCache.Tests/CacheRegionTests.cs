namespace RedisTagCache.Tests;

public sealed class CacheRegionTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Pages-2_x.y")]
    [InlineData("outputs")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public void Create_WithAValidName_KeepsIt(string name)
    {
        var region = new CacheRegion(name, isTagged: true, isIsolatedByBuild: false);
        Assert.Equal((name, true, false), (region.Name, region.IsTagged, region.IsIsolatedByBuild));
        Assert.Equal(name, region.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("{a}")]
    [InlineData("ä")]
    [InlineData("a\n")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("output")]
    [InlineData("distributed")]
    [InlineData("hybrid")]
    public void Create_WithAnotherName_IsAnArgumentException(string name) =>
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new CacheRegion(name, isTagged: true, isIsolatedByBuild: true)).ParamName);

    [Fact]
    public void Create_WithoutAName_IsAnArgumentNullException() =>
        Assert.Throws<ArgumentNullException>(() => new CacheRegion(null!, isTagged: true, isIsolatedByBuild: true));

    [Fact]
    public void Equals_SameNameAndProperties_IsTrue()
    {
        var (one, other) = (new CacheRegion("a", isTagged: true, isIsolatedByBuild: true), new CacheRegion("a", isTagged: true, isIsolatedByBuild: true));
        Assert.True(one == other && one.Equals((object)other) && !(one != other));
        Assert.Equal(new CacheEntryKey(one, "k"), new CacheEntryKey(other, "k"));
        Assert.Single(new HashSet<CacheEntryKey> { new(one, "k"), new(other, "k") });
    }

    [Theory]
    [InlineData("b", true, true)]
    [InlineData("A", true, true)]
    [InlineData("a", false, true)]
    [InlineData("a", true, false)]
    public void Equals_AnotherNameOrProperty_IsFalse(string name, bool isTagged, bool isIsolatedByBuild)
    {
        var (one, other) = (new CacheRegion("a", isTagged: true, isIsolatedByBuild: true), new CacheRegion(name, isTagged, isIsolatedByBuild));
        Assert.True(one != other && !one.Equals(other) && !one.Equals(null) && one != null);
        Assert.NotEqual(new CacheEntryKey(one, "k"), new CacheEntryKey(other, "k"));
    }

    [Fact]
    public void OwnRegions_Always_AreWhatTheyWere()
    {
        Assert.Equal(("output", true, true), (CacheRegion.Output.Name, CacheRegion.Output.IsTagged, CacheRegion.Output.IsIsolatedByBuild));
        var distributed = CacheRegion.Distributed(isIsolatedByBuild: true);
        Assert.Equal(("distributed", false, true), (distributed.Name, distributed.IsTagged, distributed.IsIsolatedByBuild));
    }
}
