using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.SingleFlight;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.SingleFlight;

public sealed class FlightTests
{
    private readonly Flight<string> _flight = new("k", HybridCacheEntryFlags.DisableCompression);

    [Fact]
    public void New_Always_TellsNameAndLayers() => Assert.Equal(("k", HybridCacheEntryFlags.DisableCompression), (_flight.Name, _flight.Flags));

    [Fact]
    public async Task Land_WithJoiners_GivesAllTheSameResult()
    {
        var joiners = Enumerable.Range(0, 5).Select(_ => JoinAsync(CancellationToken.None)).ToArray();
        var result = Result();
        Assert.All(joiners, joiner => Assert.False(joiner.IsCompleted));
        _flight.Land(result);
        Assert.All(await Task.WhenAll(joiners), joined => Assert.Same(result, joined));
        Assert.Same(result, await JoinAsync(CancellationToken.None)); // late
        Assert.False(_flight.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task Fail_WithJoiners_GivesAllTheSameException()
    {
        var joiners = Enumerable.Range(0, 5).Select(_ => JoinAsync(CancellationToken.None)).ToArray();
        var failure = new InvalidDataException();
        _flight.Fail(failure);
        foreach (var joiner in joiners)
            Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(() => joiner));
    }

    [Fact]
    public async Task Fail_WithACancellationThatIsNotTheJoiners_DoesNotCountAsLeaving()
    {
        var joiner = JoinAsync(CancellationToken.None);
        _flight.Fail(new OperationCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joiner);
        _flight.Leave();
        Assert.False(_flight.Abandoned.IsCancellationRequested);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fail_CancellationByTheLeader_SendsJoinersAway(bool hasLeft)
    {
        using var leader = new CancellationTokenSource();
        var flight = new Flight<string>("k", default) { LeaderLeaves = leader.Token };
        Assert.True(flight.TryJoin());
        var joiner = flight.WaitAsync(CancellationToken.None);
        if (hasLeft)
            await leader.CancelAsync();
        flight.Fail(new TaskCanceledException());
        if (hasLeft)
            Assert.Null(await joiner);
        else
            await Assert.ThrowsAsync<TaskCanceledException>(() => joiner);
    }

    [Fact]
    public async Task SendAway_WithJoiners_LeavesTheFlightToItsLeader()
    {
        var joiners = Enumerable.Range(0, 5).Select(_ => JoinAsync(CancellationToken.None)).ToArray();
        _flight.SendAway();
        Assert.All(await Task.WhenAll(joiners), Assert.Null);
        Assert.False(_flight.Abandoned.IsCancellationRequested);
        _flight.Leave();
        Assert.True(_flight.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task Wait_CancelledByOne_LeavesTheOthersTheirResult()
    {
        using var stop = new CancellationTokenSource();
        var (leaving, staying) = (JoinAsync(stop.Token), JoinAsync(CancellationToken.None));
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving)).CancellationToken);
        _flight.Leave(); // so does the one who began
        Assert.False(_flight.Abandoned.IsCancellationRequested);
        _flight.Land(Result());
        Assert.Equal("v", (await staying)?.Value);
    }

    [Fact]
    public async Task Wait_CancelledByAll_AbandonsTheFlight()
    {
        using var stop = new CancellationTokenSource();
        var joiners = new[] { JoinAsync(stop.Token), JoinAsync(stop.Token) };
        await stop.CancelAsync();
        foreach (var joiner in joiners)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joiner);
        Assert.False(_flight.Abandoned.IsCancellationRequested);

        _flight.Leave();
        Assert.True(_flight.Abandoned.IsCancellationRequested);
        Assert.False(_flight.TryJoin()); // nobody joins what is given up
    }

    [Fact]
    public void Close_WithoutJoiners_LetsNobodyInAndCancelsNothing()
    {
        Assert.False(_flight.Close());
        Assert.False(_flight.TryJoin());
        Assert.False(_flight.Abandoned.IsCancellationRequested);
        _flight.Leave();
        Assert.True(_flight.Abandoned.IsCancellationRequested); // who was turned away does not count
    }

    [Fact]
    public async Task Close_AfterOneHasJoined_SaysSoEvenWhenHeHasLeft()
    {
        using var stop = new CancellationTokenSource();
        var joiner = JoinAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joiner);
        Assert.True(_flight.Close());
    }

    [Fact]
    public Task Close_AgainstAJoiner_CountsAJoinerThatGotIn() =>
        AgainstAJoinerAsync(flight => flight.Close(), (_, isIn, isCounted) => Assert.True(isCounted || !isIn));

    [Fact]
    public Task Leave_AgainstAJoiner_AbandonsOnlyWhenHeDidNotGetIn() => AgainstAJoinerAsync(
        flight =>
        {
            flight.Leave();
            return true;
        },
        (flight, isIn, _) => Assert.NotEqual(isIn, flight.Abandoned.IsCancellationRequested));

    [Fact]
    public void Fail_WithNobodyToHear_LeavesNoUnobservedException()
    {
        var failure = new InvalidDataException("nobody waits");
        var isUnobserved = false;
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) => isUnobserved |= e.Exception.InnerExceptions.Contains(failure);
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            FailAlone(failure);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.False(isUnobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    [Theory]
    [InlineData(5, null)]
    [InlineData(10, null)]
    [InlineData(15, 20L)]
    [InlineData(20, 30L)]
    [InlineData(25, 30L)]
    [InlineData(30, null)]
    public void FirstLookupAfter_OneOfTwo_IsTheFirstThatWasAskedAfterTheCaller(long called, long? expected)
    {
        _flight.Answered(10);
        if (called > 10)
        {
            _flight.LookedUp(20, new CacheVersion(new EpochStamp(7, 1, 1)));
            _flight.LookedUp(25, CacheVersion.Unknown);
            _flight.LookedUp(30, new CacheVersion(new EpochStamp(8, 1, 1)));
        }

        Assert.Equal(expected, _flight.FirstLookupAfter(called)?.Asked);
    }

    [Theory]
    [InlineData(7, 1, 1, true)]
    [InlineData(8, 1, 1, true)]
    [InlineData(6, 1, 1, false)]
    [InlineData(8, 2, 1, false)]
    [InlineData(8, 1, 2, false)]
    public void Covers_AnAwaitedResult_IfItIsNoOlderThanALookupAfterTheCaller(long epoch, ulong generation, uint run, bool isCovered)
    {
        const long Called = 15;
        var result = Result() with { Version = new CacheVersion(new EpochStamp(epoch, generation, run)) };
        var first = new FlightLookup(20, new CacheVersion(new EpochStamp(7, 1, 1)), Earlier: null);
        _flight.Answered(10);
        Assert.False(_flight.Covers(Called, result, first), "It was not waited for: it is judged as it is.");
        _flight.AnsweredWithAwaited();
        Assert.Equal(isCovered, _flight.Covers(Called, result, first));
        Assert.False(_flight.Covers(Called, result, first: null));
        Assert.False(_flight.Covers(Called, result with { IsOlder = true }, first));
        Assert.True(_flight.Covers(called: 5, result, first: null));
    }

    [Fact]
    public async Task FirstLookupAfterAsync_WhileTheResultIsStored_WaitsForTheWrite()
    {
        var written = new TaskCompletionSource();
        _flight.Storing = written.Task;
        var first = _flight.FirstLookupAfterAsync(called: 15, CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted);
        _flight.LookedUp(20, new CacheVersion(new EpochStamp(7, 1, 1)));
        written.SetResult();
        Assert.Equal(20, (await first)?.Asked);
    }

    [Fact]
    public async Task FirstLookupAfterAsync_OfACallerThatLeaves_EndsAtOnce()
    {
        _flight.Storing = new TaskCompletionSource().Task;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _flight.FirstLookupAfterAsync(called: 15, new CancellationToken(canceled: true)).AsTask());
    }

    private static async Task AgainstAJoinerAsync(Func<Flight<string>, bool> act, Action<Flight<string>, bool, bool> check)
    {
        for (var i = 0; i < 5_000; i++)
        {
            var flight = new Flight<string>("k", default);
            using var start = new Barrier(2);
            var joining = Task.Run(() =>
            {
                start.SignalAndWait();
                return flight.TryJoin();
            });
            start.SignalAndWait();
            var result = act(flight);
            check(flight, await joining, result);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailAlone(Exception failure) => new Flight<string>("k", default).Fail(failure);

    private static FlightResult<string> Result() => new("v", default, 1, 0, default, []);

    private Task<FlightResult<string>?> JoinAsync(CancellationToken cancellationToken)
    {
        Assert.True(_flight.TryJoin());
        return _flight.WaitAsync(cancellationToken);
    }
}
