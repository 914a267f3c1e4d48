using System.Collections.Concurrent;
using RedisTagCache.Invalidation;

namespace RedisTagCache.Tests.Invalidation;

public sealed class OneAtATimeTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly BlockingCollection<TaskCompletionSource<int>> _started = [];
    private readonly OneAtATime<int> _work;

    public OneAtATimeTests() => _work = new OneAtATime<int>(() =>
    {
        var run = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _started.Add(run);
        return run.Task;
    });

    public void Dispose() => _started.Dispose();

    [Fact]
    public async Task Run_WhileOneIsUnderWay_SharesTheNextWhichBeginsAfterIt()
    {
        var first = _work.RunAsync();
        var run = await NextAsync();
        var later = Enumerable.Range(0, 3).Select(_ => _work.RunAsync()).ToArray();
        Assert.All(later, task => Assert.NotSame(first, task)); // what is under way may have started before they asked
        Assert.Empty(_started);

        run.SetResult(1);
        Assert.Equal(1, await first.WaitAsync(_patience));
        (await NextAsync()).SetResult(2);
        Assert.All(await Task.WhenAll(later).WaitAsync(_patience), served => Assert.Equal(2, served));
        Assert.Empty(_started);
    }

    [Fact]
    public async Task Run_AfterOneThatFailed_BeginsAnother()
    {
        var first = _work.RunAsync();
        var run = await NextAsync();
        var second = _work.RunAsync();
        run.SetException(new InvalidDataException());
        await Assert.ThrowsAsync<InvalidDataException>(() => first.WaitAsync(_patience));
        (await NextAsync()).SetResult(2);
        Assert.Equal(2, await second.WaitAsync(_patience));
    }

    [Fact]
    public async Task Run_ByManyAtOnce_NeverRunsTwoAndServesAll()
    {
        var (running, runs, begins) = (0, 0, 0);
        var work = new OneAtATime<int>(async () =>
        {
            var startedAt = Interlocked.Increment(ref begins);
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            runs++;
            return startedAt;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var before = Volatile.Read(ref begins);
                Assert.True(await work.RunAsync() > before); // the one that served began after it was asked for
            }
        }))).WaitAsync(_patience);
        Assert.InRange(runs, 2_000, 8_000);
    }

    private Task<TaskCompletionSource<int>> NextAsync() =>
        Task.Run(() => _started.TryTake(out var run, _patience) ? run : throw new TimeoutException("Nothing began."));
}
