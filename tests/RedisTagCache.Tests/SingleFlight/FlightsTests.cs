using RedisTagCache.SingleFlight;

namespace RedisTagCache.Tests.SingleFlight;

public sealed class FlightsTests
{
    private readonly Flights _flights = new();

    [Fact]
    public void TryBegin_WhileOneIsUnderWay_GivesThatOne()
    {
        var first = Begin("k");
        Assert.False(_flights.TryBegin(Flight("k"), out var underWay));
        Assert.Same(first, underWay);
        Begin("K"); // another name
    }

    /// <summary>Its leader has joined another flight, whose result was too old, and came before Redis was asked by the one under way.</summary>
    [Theory]
    [InlineData(10, null, true)]
    [InlineData(10, 0L, true)]
    [InlineData(10, 11L, true)]
    [InlineData(10, 10L, false)]
    [InlineData(10, 9L, false)]
    [InlineData(null, 11L, false)]
    public void TryBegin_OfOneThatHasWaitedForLonger_ReplacesTheOneUnderWay(int? waitsSince, long? asked, bool isReplaced)
    {
        var first = Begin("k");
        if (asked > 0)
            first.Answered(asked.Value);
        var second = new Flight<string>("k", default) { First = waitsSince is { } since ? new FlightLookup(since, default, Earlier: null) : null };
        Assert.Equal(isReplaced, _flights.TryBegin(second, out _));
        if (isReplaced)
            _flights.End(first);
        Assert.False(_flights.TryBegin(Flight("k"), out var underWay));
        Assert.Same(isReplaced ? second : first, underWay);
    }

    [Fact]
    public void End_OfOneThatWasReplaced_LeavesTheOther()
    {
        var first = Begin("k");
        _flights.Detach("k");
        var second = Begin("k");
        _flights.End(first);
        Assert.False(_flights.TryBegin(Flight("k"), out var underWay));
        Assert.Same(second, underWay);
        _flights.End(second);
        Begin("k");
    }

    [Fact]
    public void Detach_OfAName_LeavesOthersAndThoseOnBoard()
    {
        var (first, other) = (Begin("k"), Begin("other"));
        Assert.True(first.TryJoin());
        _flights.Detach("k");
        _flights.Detach("no such");
        Begin("k");
        Assert.False(_flights.TryBegin(Flight("other"), out var underWay));
        Assert.Same(other, underWay);
        Assert.False(first.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public void DetachAll_Always_MakesRoomForEachName()
    {
        Begin("a");
        Begin("b");
        _flights.DetachAll();
        Begin("a");
        Begin("b");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_OfOneUnderWay_TellsWhetherSomebodyJoinedAndMakesRoom(bool isJoined)
    {
        var flight = Begin("k");
        Assert.Equal(isJoined, isJoined && flight.TryJoin());
        Assert.Equal(isJoined, _flights.Close(flight));
        Assert.False(flight.TryJoin());
        Begin("k");
    }

    [Fact]
    public async Task TryBegin_ByManyAtOnce_LetsOneBeginAtATime()
    {
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var flight = Flight("k");
                if (!_flights.TryBegin(flight, out var underWay))
                {
                    Assert.NotSame(flight, underWay);
                    continue;
                }

                most = Math.Max(most, Interlocked.Increment(ref running));
                Interlocked.Decrement(ref running);
                _flights.End(flight);
            }
        })));
        Assert.Equal(1, most);
    }

    private Flight<string> Begin(string name)
    {
        var flight = Flight(name);
        Assert.True(_flights.TryBegin(flight, out _));
        return flight;
    }

    private static Flight<string> Flight(string name) => new(name, default);
}
