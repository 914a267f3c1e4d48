using RedisTagCache.Invalidation;

namespace RedisTagCache.Tests.Invalidation;

public sealed class WaitersTests
{
    private readonly Waiters _waiters = new();

    [Fact]
    public void Wake_OfAValue_WakesAllWhoListenForIt()
    {
        using var first = _waiters.Listen(1);
        using var second = _waiters.Listen(1);
        using var other = _waiters.Listen(2);
        Assert.False(first.Woken.IsCompleted);
        _waiters.Wake(1);
        _waiters.Wake(3);
        Assert.Equal((true, true, false), (first.Woken.IsCompletedSuccessfully, second.Woken.IsCompletedSuccessfully, other.Woken.IsCompleted));
    }

    [Fact]
    public void Listen_AfterAWake_WaitsForTheNext()
    {
        using var first = _waiters.Listen(1);
        _waiters.Wake(1);
        using var second = _waiters.Listen(1);
        Assert.False(second.Woken.IsCompleted);
        _waiters.Wake(1);
        Assert.True(second.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneOfTwo_LeavesTheOtherListening()
    {
        using var staying = _waiters.Listen(1);
        _waiters.Listen(1).Dispose();
        _waiters.Wake(1);
        Assert.True(staying.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneWhoWasWoken_LeavesThoseWhoCameLater()
    {
        var woken = _waiters.Listen(1);
        _waiters.Wake(1);
        using var later = _waiters.Listen(1);
        woken.Dispose();
        _waiters.Wake(1);
        Assert.True(later.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByTheLast_ForgetsTheValue()
    {
        var last = _waiters.Listen(1);
        last.Dispose();
        _waiters.Wake(1);
        Assert.False(last.Woken.IsCompleted);
    }

    [Fact]
    public async Task Wake_AgainstListenersThatComeAndGo_WakesEachWhoListened()
    {
        using var stop = new CancellationTokenSource();
        var waking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                _waiters.Wake(1);
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    using var waiting = _waiters.Listen(1);
                    if ((i + worker) % 3 > 0)
                        await waiting.Woken;
                }
            }))).WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            await stop.CancelAsync();
            await waking;
        }
    }
}
