using System.Text;
using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Invalidation;

public sealed class WaitersTests
{
    private readonly Waiters _waiters = new();

    [Fact]
    public void Wake_OfAValue_WakesAllWhoListenForIt()
    {
        using var first = Listen("k");
        using var second = Listen("k");
        using var other = Listen("K");
        Assert.False(first.Woken.IsCompleted);
        Wake("k");
        Wake("no such");
        Assert.Equal((true, true, false), (first.Woken.IsCompletedSuccessfully, second.Woken.IsCompletedSuccessfully, other.Woken.IsCompleted));
    }

    [Fact]
    public void Listen_AfterAWake_WaitsForTheNext()
    {
        using var first = Listen("k");
        Wake("k");
        using var second = Listen("k");
        Assert.False(second.Woken.IsCompleted);
        Wake("k");
        Assert.True(second.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneOfTwo_LeavesTheOtherListening()
    {
        using var staying = Listen("k");
        Listen("k").Dispose();
        Wake("k");
        Assert.True(staying.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByOneWhoWasWoken_LeavesThoseWhoCameLater()
    {
        var woken = Listen("k");
        Wake("k");
        using var later = Listen("k");
        woken.Dispose();
        Wake("k");
        Assert.True(later.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public void Dispose_ByTheLast_ForgetsTheValue()
    {
        var last = Listen("k");
        last.Dispose();
        Wake("k");
        Assert.False(last.Woken.IsCompleted);
    }

    /// <summary>Keys are made of what visitors send, who must not wake those who want another value.</summary>
    [Fact]
    public void Wake_OfAValueWithTheSameHash_WakesNobodyElse()
    {
        var (value, same) = (new EntryId(1, "k"), new EntryId(1, "l"));
        using var first = _waiters.Listen(value);
        using (var other = _waiters.Listen(same))
        {
            _waiters.Wake(same);
            Assert.Equal((false, false), (first.Woken.IsCompleted, other.Woken.IsCompleted));
        }

        _waiters.Wake(value);
        Assert.True(first.Woken.IsCompletedSuccessfully);
        using var later = _waiters.Listen(same);
        _waiters.Wake(same);
        Assert.True(later.Woken.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Wake_AgainstListenersThatComeAndGo_WakesEachWhoListened()
    {
        using var stop = new CancellationTokenSource();
        var waking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Wake("k");
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    using var waiting = Listen("k");
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

    private Waiters.Waiting Listen(string name) => _waiters.Listen(EntryId.Of(name));

    private void Wake(string name) => _waiters.Wake(Encoding.UTF8.GetBytes(name));
}
