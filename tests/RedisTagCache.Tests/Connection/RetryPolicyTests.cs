using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Connection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Connection;

public sealed class RetryPolicyTests
{
    private readonly FakeTimeProvider _time = new();
    private int _tries;

    [Fact]
    public async Task Run_OfWhatSucceeds_TriesOnce()
    {
        Assert.Equal(1, await RunAsync(failures: 0, new RedisTagCacheUnavailableException()));
        Assert.Equal(1, _tries);
    }

    [Fact]
    public async Task Run_OfAPassingTrouble_PausesTwiceAsLongEachTime()
    {
        var running = RunAsync(failures: 3, new RedisTagCacheUnavailableException());
        for (var tries = 1; tries <= 3; tries++)
        {
            Assert.Equal(tries, _tries);
            var pause = TimeSpan.FromMilliseconds(40 << (tries - 1));
            _time.Advance(pause - TimeSpan.FromMilliseconds(1));
            Assert.Equal(tries, _tries);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _tries) == tries + 1, "it is tried again");
        }

        Assert.Equal(4, await running);
    }

    [Fact]
    public async Task Run_OfATroubleThatDoesNotPass_EndsWithItAfterTheFourthTry()
    {
        var trouble = new RedisTagCacheUnavailableException();
        var running = RunAsync(failures: int.MaxValue, trouble);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(40));
            await Task.Yield();
        }

        Assert.Same(trouble, await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(() => running));
        Assert.Equal(4, _tries);
    }

    [Fact]
    public async Task Run_OfWhatTryingAgainDoesNotHelp_TriesOnce()
    {
        foreach (var e in new Exception[] { new TimeoutException(), new InvalidCastException(), new OperationCanceledException(), new ArgumentException("a bug") })
        {
            _tries = 0;
            Assert.Same(e, await Assert.ThrowsAsync(e.GetType(), () => RunAsync(failures: 1, e).WaitAsync(TimeSpan.FromSeconds(10))));
            Assert.Equal(1, _tries);
        }
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(4, 400)]
    [InlineData(5, 500)]
    [InlineData(int.MaxValue, 500)]
    public void PauseAfter_ManyTries_IsTwiceAsLongEachTimeUpToTheLongest(int tries, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds), new RetryPolicy(int.MaxValue, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)).PauseAfter(tries));

    private Task<int> RunAsync(int failures, Exception failure) => RetryPolicy.Transient.RunAsync(
        () => Interlocked.Increment(ref _tries) <= failures ? Task.FromException<int>(failure) : Task.FromResult(_tries), _time);
}
