using System.Threading.Tasks.Sources;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Connection;

namespace RedisTagCache.Tests.Connection;

public sealed class BoundedWaitTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task For_TaskThatEnds_GivesItsResult()
    {
        var source = new TaskCompletionSource<int>();
        var wait = For(source.Task);
        Assert.False(wait.IsCompleted);
        source.SetResult(42);
        Assert.Equal(42, await wait);
    }

    [Fact]
    public async Task For_TaskThatFails_GivesItsError()
    {
        var source = new TaskCompletionSource<int>();
        var wait = For(source.Task);
        source.SetException(new FormatException("from the task"));
        Assert.Equal("from the task", (await Assert.ThrowsAsync<FormatException>(() => wait.AsTask())).Message);
    }

    [Fact]
    public async Task For_TaskThatIsCanceled_IsCanceled()
    {
        var source = new TaskCompletionSource<int>();
        var wait = For(source.Task);
        source.SetCanceled(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TaskCanceledException>(() => wait.AsTask());
    }

    [Fact]
    public async Task For_TaskThatTakesTooLong_EndsAfterItsTime()
    {
        var source = new TaskCompletionSource<int>();
        var wait = For(source.Task).AsTask();
        _time.Advance(_timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100)); // a look at the waits later, at most
        await AssertTimesOutAsync(wait);
        source.SetResult(42); // too late, and of no consequence
    }

    [Fact]
    public async Task For_WhatEndsTooLate_TakesItsResultOnce_SoThatItCanBeUsedAgain()
    {
        var source = new CountingSource();
        var wait = BoundedWait<int>.For(new(source, 0), new Deadlines(_timeout, _time), Deadline(), CancellationToken.None).AsTask();
        _time.Advance(_timeout + TimeSpan.FromMilliseconds(100));
        await AssertTimesOutAsync(wait);
        Assert.Equal(0, source.Taken);
        source.End(new FormatException("too late"));
        Assert.Equal(1, source.Taken);
    }

    [Fact]
    public async Task For_AfterAPause_EndsAfterItsTimeAllTheSame()
    {
        var deadlines = new Deadlines(_timeout, _time);
        var first = new TaskCompletionSource<int>();
        var wait = BoundedWait<int>.For(new(first.Task), deadlines, Deadline(), CancellationToken.None);
        first.SetResult(1);
        Assert.Equal(1, await wait);
        _time.Advance(TimeSpan.FromMinutes(1)); // nobody waits: the timer rests

        var second = BoundedWait<int>.For(new(new TaskCompletionSource<int>().Task), deadlines, Deadline(), CancellationToken.None).AsTask();
        _time.Advance(_timeout);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await AssertTimesOutAsync(second);
    }

    [Fact]
    public async Task For_CallerWhoLeaves_IsCanceled()
    {
        using var stop = new CancellationTokenSource();
        var wait = For(new TaskCompletionSource<int>().Task, stop.Token);
        await stop.CancelAsync();
        Assert.Equal(stop.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => wait.AsTask())).CancellationToken);
    }

    [Fact]
    public async Task For_ManyAtOnceThatEndInEveryWay_GivesEachItsOwn()
    {
        // The clock of the machine: looks at the waits meet tasks that end just then, and objects that are used again.
        var deadlines = new Deadlines(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => WorkAsync(deadlines, worker))));
        Assert.All(outcomes, static outcome => Assert.True(outcome.Results > 0 && outcome.Timeouts > 0 && outcome.Cancellations > 0, outcome.ToString()));
    }

    private static async Task<(int Results, int Timeouts, int Cancellations)> WorkAsync(Deadlines deadlines, int worker)
    {
        var random = new Random(worker);
        var (results, timeouts, cancellations) = (0, 0, 0);
        for (var i = 0; i < 2_000; i++)
        {
            var expected = (worker * 1_000_000) + i;
            using var stop = new CancellationTokenSource();
            var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var left = random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
            var deadline = TimeProvider.System.GetTimestamp() + (long)(left.TotalSeconds * TimeProvider.System.TimestampFrequency);
            var wait = BoundedWait<int>.For(new(source.Task), deadlines, deadline, i % 2 == 0 ? stop.Token : CancellationToken.None);
            if (i % 4 == 0)
                _ = Task.Run(stop.Cancel, CancellationToken.None);
            if (left > TimeSpan.Zero || random.Next(20) != 0)
                _ = Task.Run(() => source.TrySetResult(expected), CancellationToken.None);
            try
            {
                Assert.Equal(expected, await wait);
                results++;
            }
            catch (TimeoutException) when (left == TimeSpan.Zero)
            {
                timeouts++;
            }
            catch (OperationCanceledException e) when (e.CancellationToken == stop.Token)
            {
                cancellations++;
            }
        }

        return (results, timeouts, cancellations);
    }

    /// <summary>Counts how often its result is taken.</summary>
    private sealed class CountingSource : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _core;

        public int Taken { get; private set; }

        public void End(Exception exception) => _core.SetException(exception);

        public int GetResult(short token)
        {
            Taken++;
            return _core.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }

    /// <summary>The test's own patience ends with the same exception, so the wait must have ended too.</summary>
    private static async Task AssertTimesOutAsync(Task wait)
    {
        await Assert.ThrowsAsync<TimeoutException>(() => wait.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.True(wait.IsFaulted, "The wait has not ended.");
    }

    private ValueTask<int> For(Task<int> task, CancellationToken cancellationToken = default) =>
        BoundedWait<int>.For(new(task), new Deadlines(_timeout, _time), Deadline(), cancellationToken);

    private long Deadline() => _time.GetTimestamp() + (long)(_timeout.TotalSeconds * _time.TimestampFrequency);
}
