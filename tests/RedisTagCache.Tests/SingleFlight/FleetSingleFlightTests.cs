using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.Scripts;
using RedisTagCache.SingleFlight;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.SingleFlight;

public sealed class FleetSingleFlightTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10);

    private readonly RecordingTime _time = new();
    private readonly Waiters _waiters = new();
    private readonly ScriptedFlight _flight;

    public FleetSingleFlightTests() => _flight = new ScriptedFlight(_time);

    [Fact]
    public async Task RunAsync_EntryIsFound_EndsWithTheLookup()
    {
        _flight.FoundAt = 1;
        Assert.Equal("found", await RunAsync());
        Assert.Equal("LookUp", _flight.Steps);
    }

    [Fact]
    public async Task RunAsync_LeaseIsGranted_ComputesUnderIt()
    {
        Answer(LeaseVerdict.Granted);
        Assert.Equal("computed", await RunAsync());
        Assert.Equal(("LookUp Acquire Lead", false), (_flight.Steps, _flight.IsWaiter));
    }

    [Fact]
    public async Task RunAsync_LeaseIsTakenAndReleased_LooksUpAgainAtOnce()
    {
        Answer(LeaseVerdict.Taken);
        _flight.FoundAt = 2;
        var running = RunAsync();
        Assert.False(running.IsCompleted);
        _waiters.Wake(EntryId.Of("k"));
        Assert.Equal("found", await running);
        Assert.Equal(("LookUp Acquire Released LookUp", true, 0), (_flight.Steps, _flight.IsWaiter, _waiters.Count));
    }

    [Fact]
    public async Task RunAsync_LeaderFails_TakesOver()
    {
        Answer(LeaseVerdict.Taken);
        Answer(LeaseVerdict.Granted);
        var running = RunAsync();
        await ElapseAsync(50);
        Assert.Equal("computed", await running);
        Assert.Equal(("LookUp Acquire LookUp Acquire Lead", true), (_flight.Steps, _flight.IsWaiter));
    }

    [Fact]
    public async Task RunAsync_NoMessageComes_LooksUpAfterLongerAndLongerPauses()
    {
        int[] pauses = [50, 100, 200, 400, 500, 500, 500];
        Array.ForEach(pauses, _ => Answer(LeaseVerdict.Taken));
        _flight.FoundAt = pauses.Length + 1;
        var running = RunAsync();
        await ElapseAsync(pauses);
        Assert.Equal("found", await running);
    }

    [Fact]
    public async Task RunAsync_LeaseExpiresSoon_WaitsNoLongerThanThat()
    {
        Answer(LeaseVerdict.Taken, left: 20);
        _flight.FoundAt = 2;
        var running = RunAsync();
        await ElapseAsync(21); // then it has expired
        Assert.Equal("found", await running);
    }

    [Theory]
    [InlineData(true, "old, and again in 500 ms")]
    [InlineData(false, "computed alone")]
    public async Task RunAsync_LeaseIsTakenForTooLong_WaitsForNobodyAnyMore(bool hasOldValue, string expected)
    {
        _flight.HasOld = hasOldValue;
        Answer(LeaseVerdict.Taken);
        Answer(LeaseVerdict.Taken);
        var running = RunAsync();
        _time.Advance(_timeout);
        Assert.Equal((expected, 0), (await running, _waiters.Count));
    }

    [Fact]
    public async Task RunAsync_LittleTimeIsLeft_WaitsOnlyForThat()
    {
        _flight.Timeout = TimeSpan.FromMilliseconds(30);
        Answer(LeaseVerdict.Taken);
        _flight.FoundAt = 2;
        var running = RunAsync();
        await ElapseAsync(30);
        Assert.Equal("found", await running);
    }

    [Theory]
    [InlineData(true, "old, and again in 3000 ms")]
    [InlineData(false, "computed alone")]
    public async Task RunAsync_LastAttemptFailed_ReturnsTheOldValue(bool hasOldValue, string expected)
    {
        _flight.HasOld = hasOldValue;
        Answer(LeaseVerdict.Paused, left: 3_000);
        Assert.Equal(expected, await RunAsync());
    }

    [Theory]
    [InlineData(15, "computed")]
    [InlineData(16, "computed alone")]
    public async Task RunAsync_EntryChangesAgainAndAgain_StartsOverAtMost15Times(int changes, string expected)
    {
        for (var i = 0; i < changes; i++)
            Answer(LeaseVerdict.Changed);
        Answer(LeaseVerdict.Granted);
        Assert.Equal(expected, await RunAsync());
        Assert.Equal(Math.Min(changes + 1, 16), _flight.Lookups);
    }

    [Fact]
    public async Task RunAsync_NoLeaseIsNeeded_ComputesAlone()
    {
        Answer(LeaseVerdict.NotNeeded);
        Assert.Equal("computed alone", await RunAsync());
    }

    [Fact]
    public async Task RunAsync_LeaderDoesNotStoreItsValue_LooksUpAgain()
    {
        Answer(LeaseVerdict.Taken);
        Answer(LeaseVerdict.NotNeeded);
        var running = RunAsync();
        _waiters.Wake(EntryId.Of("k"), isPassed: true);
        Assert.Equal("computed alone", await running);
        Assert.Equal("LookUp Acquire LookUp Acquire ComputeAlone", _flight.Steps);
    }

    [Fact]
    public async Task RunAsync_RedisDoesNotRespond_GoesOnWithoutIt()
    {
        Answer(LeaseVerdict.Unavailable);
        Assert.Equal("without Redis", await RunAsync());
        Assert.Null(_flight.LatestLease);
    }

    [Fact]
    public async Task RunAsync_OtherLeasesWithoutRedis_WaitsForThem()
    {
        _flight.OtherLease = Lease(LeaseVerdict.Taken);
        Answer(LeaseVerdict.Unavailable);
        _flight.FoundAt = 2;
        var running = RunAsync();
        _waiters.Wake(EntryId.Of("k"));
        Assert.Equal("found", await running);
        Assert.Equal("LookUp Acquire WithoutRedis Released LookUp", _flight.Steps);
    }

    [Fact]
    public async Task RunAsync_IsCanceledDuringAWait_WaitsNoMore()
    {
        using var stop = new CancellationTokenSource();
        Answer(LeaseVerdict.Taken);
        var running = _flight.RunAsync(stop.Token).AsTask();
        Assert.Equal(1, _waiters.Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, _waiters.Count);
    }

    private Task<string> RunAsync() => _flight.RunAsync(CancellationToken.None).AsTask();

    private void Answer(LeaseVerdict verdict, int left = 60_000) => _flight.Leases.Enqueue(() => Lease(verdict, left));

    private CacheLease Lease(LeaseVerdict verdict, int left = 60_000) => new(
        new LeaseStore(null!, null!, _timeout, _time), null!, new Lease(verdict, default, 0, TimeSpan.FromMilliseconds(left)), null, verdict == LeaseVerdict.Taken ? _waiters.Listen(EntryId.Of("k")) : null);

    /// <summary>Lets the waits of the flight elapse, one after the other, and expects them to be of this length.</summary>
    private async Task ElapseAsync(params int[] waits)
    {
        for (var i = 0; i < waits.Length; i++)
        {
            await Eventually.BecomesTrueAsync(() => _time.Waits.Count > i, "the flight waits");
            Assert.Equal(waits[i], _time.Waits.Last().TotalMilliseconds);
            _time.Advance(TimeSpan.FromMilliseconds(waits[i]));
        }
    }

    private sealed class RecordingTime : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.Enqueue(dueTime);
            return timer;
        }
    }

    private sealed class ScriptedFlight(TimeProvider time) : FleetSingleFlight<string>(time, time.GetTimestamp())
    {
        private readonly List<string> _steps = [];

        public Queue<Func<CacheLease>> Leases { get; } = [];

        public int FoundAt { get; set; }

        public bool HasOld { get; set; }

        public TimeSpan Timeout { get; set; } = _timeout;

        public CacheLease? OtherLease { get; set; }

        public string Steps => string.Join(' ', _steps);

        public int Lookups => _steps.Count(step => step == "LookUp");

        public bool IsWaiter => HasWaited;

        public CacheLease? LatestLease => Lease;

        protected override bool HasOldValue => HasOld;

        protected override TimeSpan WaitTimeout => Timeout;

        protected override ValueTask<FlightStep> LookUpAsync(CancellationToken cancellationToken)
        {
            _steps.Add("LookUp");
            Assert.Equal(Lookups == 1, IsFirstLookup);
            return new(Lookups == FoundAt ? Done("found") : FlightStep.Acquire);
        }

        protected override ValueTask<CacheLease> AcquireAsync(CancellationToken cancellationToken)
        {
            _steps.Add("Acquire");
            return new(Leases.Dequeue()());
        }

        protected override ValueTask<FlightStep> LeadAsync(CancellationToken cancellationToken)
        {
            _steps.Add("Lead");
            return new(Done("computed"));
        }

        protected override ValueTask<FlightStep> ComputeAloneAsync(CancellationToken cancellationToken)
        {
            _steps.Add("ComputeAlone");
            return new(Done("computed alone"));
        }

        protected override ValueTask<FlightStep> WithoutRedisAsync(CancellationToken cancellationToken)
        {
            _steps.Add("WithoutRedis");
            return OtherLease is { } other ? FollowAsync(other, cancellationToken) : new(Done("without Redis"));
        }

        protected override FlightStep ServeOld(TimeSpan pause) => Done($"old, and again in {pause.TotalMilliseconds} ms");

        protected override void OnReleased() => _steps.Add("Released");
    }
}
