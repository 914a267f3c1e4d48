using RedisTagCache.Caching;

namespace RedisTagCache.Tests.Caching;

public sealed class WaitGraphTests
{
    private readonly WaitGraph _waits = new();

    [Fact]
    public void TryBegin_ACircleOfTwo_IsRefused()
    {
        Assert.True(_waits.TryBegin(["a"], "b"));
        Assert.False(_waits.TryBegin(["b"], "a"));
        _waits.End(["a"], "b");
        Assert.True(_waits.TryBegin(["b"], "a"));
    }

    [Fact]
    public void TryBegin_ACircleByWayOfOthers_IsRefused()
    {
        Assert.True(_waits.TryBegin(["a", "outer"], "b"));
        Assert.True(_waits.TryBegin(["b"], "c"));
        Assert.True(_waits.TryBegin(["b"], "d"));
        Assert.False(_waits.TryBegin(["d"], "a"));
        Assert.False(_waits.TryBegin(["d"], "outer"));
        Assert.False(_waits.TryBegin(["e", "c"], "outer"));
        Assert.True(_waits.TryBegin(["e"], "outer"));
    }

    [Fact]
    public void End_OfOneOfSeveralThatWait_KeepsTheOthers()
    {
        Assert.True(_waits.TryBegin(["a"], "b"));
        Assert.True(_waits.TryBegin(["a"], "b"));
        _waits.End(["a"], "b");
        Assert.False(_waits.TryBegin(["b"], "a"));
        _waits.End(["a"], "b");
        Assert.True(_waits.TryBegin(["b"], "a"));
    }
}
