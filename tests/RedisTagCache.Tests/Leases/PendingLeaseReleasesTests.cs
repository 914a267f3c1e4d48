using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Leases;

namespace RedisTagCache.Tests.Leases;

/// <summary>Leases that could not be given back are given back later, as long as they may still stand.</summary>
public sealed class PendingLeaseReleasesTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _leaseDuration = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly BlockingCollection<(string Owner, TaskCompletionSource<bool> Answer)> _releases = [];
    private readonly PendingLeaseReleases _owed;

    public PendingLeaseReleasesTests() => _owed = new PendingLeaseReleases(ReleaseAsync, _leaseDuration, _time, NullLogger.Instance);

    public void Dispose() => _releases.Dispose();

    [Fact]
    public void Wake_GivesBackInOrder_AndOnlyOnce()
    {
        Add("a");
        Add("b");
        _owed.Wake();
        Next("a").SetResult(true);
        _owed.Wake(); // it goes on by itself
        Next("b").SetResult(true);
        NothingFollows();
    }

    [Fact]
    public void Wake_WhenRedisDoesNotAnswer_LeavesItToTheNextOne()
    {
        Add("a");
        _owed.Wake();
        Next("a").SetResult(false);
        Assert.True(SpinWait.SpinUntil(() => Wakes("a"), _patience), "It is tried again.");
        NothingFollows();
    }

    [Fact]
    public void Wake_WhileATryIsAboutToFail_IsNotLost()
    {
        Add("a");
        _owed.Wake();
        var failing = Next("a");
        _owed.Wake(); // Redis is back, and the attempt under way does not know yet that it fails
        failing.SetResult(false);
        Next("a").SetResult(true);
        NothingFollows();
    }

    [Fact]
    public void Wake_AfterTheLeaseHasRunOut_DoesNothing()
    {
        Add("a");
        _time.Advance(_leaseDuration + TimeSpan.FromMilliseconds(1));
        Add("b");
        _owed.Wake();
        Next("b").SetResult(true);
        NothingFollows();
    }

    private void Add(string owner) => _owed.Add(new PendingLeaseRelease(null!, owner, "", TimeSpan.Zero));

    private bool Wakes(string owner)
    {
        _owed.Wake();
        if (!_releases.TryTake(out var release, 1))
            return false;
        Assert.Equal(owner, release.Owner);
        release.Answer.SetResult(true);
        return true;
    }

    private TaskCompletionSource<bool> Next(string owner)
    {
        Assert.True(_releases.TryTake(out var release, _patience), "It is given back.");
        Assert.Equal(owner, release.Owner);
        return release.Answer;
    }

    /// <summary>Whatever would follow would come before the one that is added now.</summary>
    private void NothingFollows()
    {
        Add("last");
        Assert.True(SpinWait.SpinUntil(() => Wakes("last"), _patience), "Nothing else is given back.");
    }

    private ValueTask<bool> ReleaseAsync(PendingLeaseRelease owed)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _releases.Add((owed.Owner, answer));
        return new(answer.Task);
    }
}
