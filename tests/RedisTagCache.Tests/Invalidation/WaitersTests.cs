using RedisTagCache.Invalidation;

namespace RedisTagCache.Tests.Invalidation;

public sealed class WaitersTests
{
    private readonly Waiters _waiters = new();

    [Fact]
    public void Wake_OfAName_WakesAllWhoListenForIt()
    {
        using var first = _waiters.Listen("k");
        using var second = _waiters.Listen("k");
        using var other = _waiters.Listen("K");
        Assert.False(first.Woken.IsCompleted);
        _waiters.Wake("k");
        _waiters.Wake("no such");
        Assert.Equal((true, true, false), (first.Woken.IsCompletedSuccessfully, second.Woken.IsCompletedSuccessfully, other.Woken.IsCompleted));
    }

    [Fact]
    public void Listen_AfterAWake_WaitsForTheNext()
    {
        using var first = _waiters.Listen("k");
        _waiters.Wake("k");
        using var second = _waiters.Listen("k");
        Assert.False(second.Woken.IsCompleted);
        _waiters.Wake("k");
        Assert.True(second.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneOfTwo_LeavesTheOtherListening()
    {
        using var staying = _waiters.Listen("k");
        _waiters.Listen("k").Dispose();
        _waiters.Wake("k");
        Assert.True(staying.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneWhoWasWoken_LeavesThoseWhoCameLater()
    {
        var woken = _waiters.Listen("k");
        _waiters.Wake("k");
        using var later = _waiters.Listen("k");
        woken.Dispose();
        _waiters.Wake("k");
        Assert.True(later.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByTheLast_ForgetsTheName()
    {
        var last = _waiters.Listen("k");
        last.Dispose();
        _waiters.Wake("k");
        Assert.False(last.Woken.IsCompleted);
    }

    [Fact]
    public async Task Wake_AgainstListenersThatComeAndGo_WakesEachWhoListened()
    {
        using var stop = new CancellationTokenSource();
        var waking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                _waiters.Wake("k");
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    using var waiting = _waiters.Listen("k");
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
