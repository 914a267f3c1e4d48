using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.SingleFlight;

namespace RedisTagCache.Tests.SingleFlight;

public sealed class RefreshGateTests
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _time = new();
    private readonly RefreshGate _gate;

    public RefreshGateTests() => _gate = new RefreshGate(_time);

    [Fact]
    public void TryEnter_WhileOneIsIn_IsRefusedHoweverLongItTakes()
    {
        Assert.True(_gate.TryEnter("k"));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(_gate.TryEnter("k"));
        Assert.True(_gate.TryEnter("K"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Leave_WithoutAPause_LetsTheNextInAtOnce(int seconds)
    {
        Assert.True(_gate.TryEnter("k"));
        _gate.Leave("k", TimeSpan.FromSeconds(seconds));
        Assert.True(_gate.TryEnter("k"));
    }

    [Fact]
    public void Leave_WithAPause_LetsOneInWhenItIsOver()
    {
        Assert.True(_gate.TryEnter("k"));
        _gate.Leave("k", _pause);
        _time.Advance(_pause - TimeSpan.FromTicks(1));
        Assert.False(_gate.TryEnter("k"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_gate.TryEnter("k"));
        Assert.False(_gate.TryEnter("k"));
    }

    [Fact]
    public async Task TryEnter_ByManyAtOnce_LetsOneIn()
    {
        const int Rounds = 20_000;
        var (entered, arrived, isOver) = (new int[Rounds], 0, false);
        var watch = Stopwatch.StartNew();
        using var round = new Barrier(2, barrier =>
        {
            // By turns after nothing, and after a pause that is over.
            _gate.Leave("k", TimeSpan.FromTicks(barrier.CurrentPhaseNumber % 2));
            _time.Advance(TimeSpan.FromTicks(1));

            // On a busy machine the two meet seldom, and use up its processors until they do.
            isOver = barrier.CurrentPhaseNumber + 1 == Rounds || watch.Elapsed > _longest;
        });
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; !isOver; i++)
                {
                    round.SignalAndWait();
                    Interlocked.Increment(ref arrived);
                    SpinWait.SpinUntil(() => Volatile.Read(ref arrived) >= 2 * (i + 1)); // both at the very same moment
                    if (_gate.TryEnter("k"))
                        Interlocked.Increment(ref entered[i]);
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.All(entered.Take((int)round.CurrentPhaseNumber), count => Assert.Equal(1, count));
    }

    [Fact]
    public void Leave_OfVeryManyNames_ForgetsThoseWhosePauseIsOver()
    {
        var early = LeaveMany("early", 9_999);
        _time.Advance(_pause);
        Assert.True(_gate.TryEnter("running"));
        var late = LeaveMany("late", 1);
        GC.Collect();
        Assert.DoesNotContain(early, name => name.TryGetTarget(out _));
        Assert.Contains(late, name => name.TryGetTarget(out _));
        Assert.False(_gate.TryEnter("running"));
        Assert.False(_gate.TryEnter("late0"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference<string>> LeaveMany(string prefix, int count)
    {
        var names = new List<WeakReference<string>>();
        for (var i = 0; i < count; i++)
        {
            var name = prefix + i;
            names.Add(new(name));
            Assert.True(_gate.TryEnter(name));
            _gate.Leave(name, _pause);
        }

        return names;
    }
}
