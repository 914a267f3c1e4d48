using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Invalidation;
using RedisTagCache.Tests.Tags;

namespace RedisTagCache.Tests.Invalidation;

/// <summary>Evictions that Redis did not confirm are repeated until it does.</summary>
public sealed class InvalidationRetryQueueTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();
    private readonly BlockingCollection<(int Partition, byte[][] Members, TaskCompletionSource<bool> Answer)> _repeats = [];
    private readonly InvalidationRetryQueue _pending;

    public InvalidationRetryQueueTests() => _pending = new InvalidationRetryQueue(RepeatAsync, _time, NullLogger.Instance);

    public void Dispose()
    {
        _pending.Dispose();
        _repeats.Dispose();
    }

    [Fact]
    public async Task Add_NotConfirmed_IsRepeatedUntilItIs()
    {
        _pending.Add(3, [Invalidations.Member("h", "t")]);
        for (var i = 0; i < 3; i++)
        {
            var (partition, members, answer) = await NextAsync();
            Assert.Equal(3, partition);
            Assert.Equal([Invalidations.Member("h", "t")], members);
            answer.SetResult(false);
        }

        (await NextAsync()).Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Add_TheSameMemberTwice_IsRepeatedOnce()
    {
        _pending.Add(0, [Invalidations.Member("h", "t"), Invalidations.Member("s", "t")]);
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        var (_, members, answer) = await NextAsync();
        Assert.Equal(2, members.Length);
        answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Add_WhileItIsRepeated_IsRepeatedAgain()
    {
        _pending.Add(0, [Invalidations.Member("h", "t"), Invalidations.Member("h", "u")]);
        var (_, _, answer) = await NextAsync();
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        answer.SetResult(true);

        var again = await NextAsync();
        Assert.Equal([Invalidations.Member("h", "t")], again.Members);
        again.Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Add_OnSeveralPartitions_ConfirmsEachByItself()
    {
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        var first = await NextAsync();
        _pending.Add(1, [Invalidations.Member("h", "t")]);
        first.Answer.SetResult(false);

        var round = new[] { await NextAsync(), default };
        round[0].Answer.SetResult(round[0].Partition == 1);
        round[1] = await NextAsync();
        round[1].Answer.SetResult(round[1].Partition == 1);
        Assert.Equal([0, 1], round.Select(r => r.Partition).Order());

        var last = await NextAsync();
        Assert.Equal(0, last.Partition);
        last.Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Wake_WithSomethingPending_RepeatsWithoutTimePassing()
    {
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        _pending.Wake();
        var (_, _, answer) = await Task.Run(TakeNext);
        answer.SetResult(true);
        await NothingFollowsAsync();
        _pending.Wake(); // with nothing pending, nothing
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Dispose_WithSomethingPending_EndsTheRepeats()
    {
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        (await NextAsync()).Answer.SetResult(false);
        _pending.Dispose();
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Repeat_ThrowsWhatRedisDoesNot_IsTriedAgain()
    {
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        (await NextAsync()).Answer.SetException(new InvalidOperationException("a listener"));
        (await NextAsync()).Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Add_MoreThanAreKept_RepeatsEverythingInThatPartition()
    {
        Assert.True(_pending.Add(1, [Invalidations.Member("h", "t")]));
        for (var i = 0; i < InvalidationRetryQueue.Most / 100; i++)
            _pending.Add(0, [.. Enumerable.Range(0, 150).Select(j => Invalidations.Member("h", $"{i}-{j}"))]);
        Assert.False(_pending.Add(0, [Invalidations.Member("h", "t")]));
        Assert.Equal(2, _pending.Count);

        var round = new[] { await NextAsync(), default };
        round[0].Answer.SetResult(true);
        round[1] = await NextAsync();
        round[1].Answer.SetResult(true);
        Assert.Equal([true, false], round.OrderBy(static one => one.Partition).Select(static one => InvalidationRetryQueue.IsEverything(one.Members)));
        await NothingFollowsAsync();
        Assert.Equal(0, _pending.Count);
    }

    [Fact]
    public async Task Add_WhileEverythingIsRepeated_RepeatsItAgain()
    {
        _pending.Add(0, [.. Enumerable.Range(0, InvalidationRetryQueue.Most + 1).Select(static i => Invalidations.Member("h", $"{i}"))]);
        var first = await NextAsync();
        Assert.True(InvalidationRetryQueue.IsEverything(first.Members));
        Assert.False(_pending.Add(0, [Invalidations.Member("h", "t")]));
        first.Answer.SetResult(true);
        var second = await NextAsync();
        Assert.True(InvalidationRetryQueue.IsEverything(second.Members));
        second.Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    /// <summary>What was done is not done again because of what failed.</summary>
    [Fact]
    public async Task Confirm_WhileOthersAreRepeated_RepeatsOnlyThose()
    {
        byte[] done = Invalidations.Member("h", "t"), left = Invalidations.Member("h", "u");
        _pending.Add(0, [done, left]);
        var (_, _, answer) = await NextAsync();
        _pending.Confirm(0, [done]);
        Assert.False(_pending.Contains(0, done));
        Assert.True(_pending.Contains(0, left));
        answer.SetResult(false);
        var again = await NextAsync();
        Assert.Equal([left], again.Members);
        _pending.Confirm(0, [left]);
        Assert.True(_pending.IsEmpty);
        again.Answer.SetResult(true);
        await NothingFollowsAsync();
    }

    [Fact]
    public void Confirm_QueuedAgainInTheMeantime_KeepsIt()
    {
        var member = Invalidations.Member("h", "t");
        _pending.Add(0, [member]);
        var first = _pending.Find(0, member)!;
        _pending.Add(0, [Invalidations.Member("h", "t")]);
        _pending.Confirm(0, [first]);
        Assert.True(_pending.Contains(0, member));
    }

    private Task<bool> RepeatAsync(int partition, IReadOnlyCollection<byte[]> members, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _repeats.Add((partition, [.. members], answer), cancellationToken);
        return answer.Task;
    }

    private (int Partition, byte[][] Members, TaskCompletionSource<bool> Answer) TakeNext() =>
        _repeats.TryTake(out var repeat, _patience) ? repeat : throw new TimeoutException("Nothing was repeated.");

    /// <summary>Lets time pass until there is a repeat.</summary>
    private async Task<(int Partition, byte[][] Members, TaskCompletionSource<bool> Answer)> NextAsync()
    {
        var next = Task.Run(TakeNext);
        while (!next.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        return await next;
    }

    /// <summary>Lets much time pass.</summary>
    private async Task NothingFollowsAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Empty(_repeats);
    }
}
