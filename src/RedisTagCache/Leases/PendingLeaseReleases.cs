using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;

namespace RedisTagCache.Leases;

/// <summary>
/// The leases that could not be released because Redis was unavailable, and those that Redis may have granted without this instance having its reply.
/// They are released when Redis responds again, so that no caller waits for a leader that does not exist. Those that have expired are dropped.
/// </summary>
internal sealed class PendingLeaseReleases(Func<PendingLeaseRelease, ValueTask<bool>> release, TimeSpan leaseDuration, TimeProvider time, ILogger logger)
{
    private const int Most = 10_000;

    private readonly Queue<(PendingLeaseRelease Release, long Since)> _owed = new();
    private bool _isGiving;
    private bool _isWokenAgain;

    public void Add(PendingLeaseRelease owed)
    {
        lock (_owed)
        {
            if (_owed.Count == Most)
                _owed.Dequeue();
            _owed.Enqueue((owed, time.GetTimestamp()));
        }
    }

    /// <summary>Gives back what there is, behind the caller.</summary>
    public void Wake()
    {
        lock (_owed)
        {
            _isWokenAgain = _isGiving;
            if (_isGiving || _owed.Count == 0)
                return;
            _isGiving = true;
        }

        _ = Task.Run(GiveAsync);
    }

    private async Task GiveAsync()
    {
        while (TryPeek(out var owed))
        {
            if (!await TryAsync(owed).ConfigureAwait(false))
            {
                lock (_owed)
                {
                    // What failed may have been asked before Redis was back.
                    _isGiving = _isWokenAgain;
                    _isWokenAgain = false;
                    if (!_isGiving)
                        return; // the next wake tries again
                }

                continue;
            }

            lock (_owed)
            {
                if (_owed.TryPeek(out var first) && ReferenceEquals(first.Release, owed))
                    _owed.Dequeue();
            }
        }
    }

    private async ValueTask<bool> TryAsync(PendingLeaseRelease owed)
    {
        try
        {
            return await release(owed).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing may end the loop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(logger, e);
            return false;
        }
    }

    private bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingLeaseRelease? owed)
    {
        lock (_owed)
        {
            while (_owed.TryPeek(out var first) && time.GetElapsedTime(first.Since) > leaseDuration)
                _owed.Dequeue();
            owed = _owed.TryPeek(out var next) ? next.Release : null;
            _isGiving = owed is not null;
            return _isGiving;
        }
    }
}

/// <summary>A lease to be given back.</summary>
/// <param name="Address">The value.</param>
/// <param name="Owner">The lease's owner.</param>
/// <param name="Successor">The next owner: see <see cref="Scripts.LeaseReleaseScript"/>.</param>
/// <param name="Duration">For how long that stands.</param>
internal sealed record PendingLeaseRelease(ValueAddress Address, string Owner, string Successor, TimeSpan Duration);
