using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Tests.Diagnostics;

public sealed class LogThrottleTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void ShouldTell_TheFirst_IsToldAtOnce()
    {
        Assert.True(new LogThrottle(_time).ShouldLog(out var count));
        Assert.Equal(1, count);
    }

    [Fact]
    public void ShouldTell_WithinTheQuiet_IsCountedIntoTheNext()
    {
        var burst = new LogThrottle(_time);
        Assert.True(burst.ShouldLog(out _));
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1.9));
            Assert.False(burst.ShouldLog(out _));
        }

        _time.Advance(TimeSpan.FromSeconds(0.5)); // ten seconds in all
        Assert.True(burst.ShouldLog(out var count));
        Assert.Equal(6, count);
        Assert.False(burst.ShouldLog(out _));
    }

    [Fact]
    public void ShouldTell_AfterALongQuiet_CountsOnlyItself()
    {
        var burst = new LogThrottle(_time);
        Assert.True(burst.ShouldLog(out _));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(burst.ShouldLog(out var count));
        Assert.Equal(1, count);
    }

    [Theory]
    [InlineData(9.999, false)]
    [InlineData(10, true)]
    public void ShouldTell_AtTheEndOfTheQuiet_IsToldFromTenSecondsOn(double seconds, bool expected)
    {
        var burst = new LogThrottle(_time);
        burst.ShouldLog(out _);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(expected, burst.ShouldLog(out _));
    }

    [Fact]
    public void ShouldTell_ByManyAtOnce_IsToldOnceAndLosesNone()
    {
        var burst = new LogThrottle(_time);
        long told = 0, lines = 0;
        const int Calls = 10_000;
        Parallel.For(0, Calls, _ =>
        {
            if (!burst.ShouldLog(out var count))
                return;
            Interlocked.Add(ref told, count);
            Interlocked.Increment(ref lines);
        });
        Assert.Equal(1, lines);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(burst.ShouldLog(out var rest));
        Assert.Equal(Calls + 1, told + rest);
    }
}
