using System.ComponentModel;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.Tests.LocalCaching;

public sealed class ImmutableTests
{
    [Fact]
    public void IsShared_OfWhatNobodyCanChange_IsTrue()
    {
        Assert.True(Immutable<string>.IsShared);
        Assert.True(Immutable<int>.IsShared);
        Assert.True(Immutable<Guid?>.IsShared);
        Assert.True(Immutable<DayOfWeek>.IsShared);
        Assert.True(Immutable<(int, DateTimeOffset)>.IsShared);
        Assert.True(Immutable<MarkedAndSealed>.IsShared);
        Assert.True(Immutable<MarkedStruct>.IsShared);
    }

    [Fact]
    public void IsShared_OfWhatSomebodyMayChange_IsFalse()
    {
        Assert.False(Immutable<byte[]>.IsShared);
        Assert.False(Immutable<object>.IsShared);
        Assert.False(Immutable<Uri>.IsShared); // not known to be
        Assert.False(Immutable<(int, string)>.IsShared);
        Assert.False(Immutable<ReadOnlyMemory<byte>>.IsShared);
        Assert.False(Immutable<IReadOnlyList<int>>.IsShared);
        Assert.False(Immutable<Marked>.IsShared); // one derived from it may not keep the promise
        Assert.False(Immutable<Derived>.IsShared);
        Assert.False(Immutable<MarkedAsMutable>.IsShared);
    }

    [ImmutableObject(true)]
    private sealed record MarkedAndSealed(string Text);

    [ImmutableObject(true)]
    private readonly record struct MarkedStruct(string Text);

    [ImmutableObject(true)]
    private record Marked(string Text);

    private sealed record Derived(string Text, List<string> More) : Marked(Text);

    [ImmutableObject(false)]
    private sealed record MarkedAsMutable(string Text);
}
