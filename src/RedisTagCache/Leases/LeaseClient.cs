using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Leases;

/// <summary>The lease commands for values: request, renew, release. What Redis does not confirm is released later.</summary>
internal sealed class LeaseClient : IDisposable
{
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(1);

    private readonly RedisCommands _commands;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly TimeSpan _leaseDuration;
    private readonly ILogger<LeaseClient> _logger;
    private readonly PendingLeaseReleases _owed;

    public LeaseClient(RedisCommands commands, RedisConnection connection, RedisCircuits circuits, TimeSpan leaseDuration, TimeProvider time, ILogger<LeaseClient> logger)
    {
        _commands = commands;
        _connection = connection;
        _circuits = circuits;
        _leaseDuration = leaseDuration;
        _logger = logger;
        _owed = new PendingLeaseReleases(TryReleaseAsync, leaseDuration, time, logger);
        circuits.Closed += OnBack;
        connection.Restored += OnBack;
    }

    /// <summary>Logs that a background task failed for a reason other than Redis.</summary>
    public void Report(Exception exception) => BackgroundFault.Report(_logger, exception);

    /// <summary>Requests the lease on a value. It cannot be canceled: a caller that has left must still release a lease that was granted.</summary>
    /// <param name="address">The value.</param>
    /// <param name="owner">A name for this one attempt.</param>
    /// <param name="seen">The identity of the entry that the lookup found, empty if there was none, and null without a lookup.</param>
    /// <param name="isPatient">Whether there is an old value to return in the meantime.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Lease> AcquireAsync(ValueAddress address, string owner, ReadOnlyMemory<byte>? seen, bool isPatient)
    {
        if (address.Redis is not { } place || !address.Watch.IsAvailable)
            return new Lease(LeaseVerdict.Unavailable, CacheVersion.Unknown, RemovalMoment.Unknown, TimeSpan.Zero);
        try
        {
            var reply = await _commands.AcquireAsync(place, owner, _leaseDuration, seen ?? LeaseAcquireScript.NotLooked, isPatient)
                .ConfigureAwait(false);
            var verdict = reply.Verdict;
            if (reply.Stamp is not { } stamp)
                return new Lease(verdict, CacheVersion.Unknown, reply.Removal, reply.Left);
            if (verdict is LeaseVerdict.Granted or LeaseVerdict.NotNeeded or LeaseVerdict.Taken)
                stamp = await CaughtUpAsync((PartitionWatch)address.Watch, stamp, reply.Removal).ConfigureAwait(false);
            return new Lease(verdict, new CacheVersion(stamp), reply.Removal, reply.Left);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            var isRefused = RedisFailure.IsRefusal(e);
            if (!isRefused)
                Owe(new PendingLeaseRelease(address, owner, "", TimeSpan.Zero)); // it may be granted yet
            return new Lease(LeaseVerdict.Unavailable, CacheVersion.Unknown, RemovalMoment.Unknown, TimeSpan.Zero, isRefused);
        }
    }

    /// <summary>When a value begins that may be made of this instance's copies of others: now, or at what is known here where that cannot be brought up to it.</summary>
    private async ValueTask<EpochStamp> CaughtUpAsync(PartitionWatch watch, EpochStamp stamp, long removal)
    {
        try
        {
            await watch.CatchUpAsync(stamp, removal).ConfigureAwait(false);
            return stamp;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return watch.TagState.Known?.Stamp ?? stamp;
        }
    }

    /// <summary>Renews the lease. Returns false if another caller has it now, and true also if Redis did not respond.</summary>
    public async ValueTask<bool> RenewAsync(ValueAddress address, string owner)
    {
        try
        {
            return address.Redis is not { } place || await _commands.RenewAsync(place, owner, _leaseDuration, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return true;
        }
    }

    /// <summary>Gives a lease back without a value.</summary>
    /// <param name="address">The value.</param>
    /// <param name="owner">The lease's owner.</param>
    /// <param name="pause">For how long callers that have an old value do not try again; zero for not at all.</param>
    public ValueTask ReleaseAsync(ValueAddress address, string owner, TimeSpan pause) =>
        ReleaseAsync(address, owner, pause >= _shortestPause ? LeaseReleaseScript.Pause : "", pause);

    /// <summary>Releases a lease because the value is not stored. Callers that wait for it compute their own at once, not one after the other.</summary>
    public ValueTask PassAsync(ValueAddress address, string owner, TimeSpan duration) => ReleaseAsync(address, owner, LeaseReleaseScript.Pass, duration);

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    public ValueTask ResumeAsync(ValueAddress address) => ReleaseAsync(address, LeaseReleaseScript.Pass, TimeSpan.Zero);

    private async ValueTask ReleaseAsync(ValueAddress address, string owner, string successor, TimeSpan duration)
    {
        var release = new PendingLeaseRelease(address, owner, successor, duration);
        if (!await TryReleaseAsync(release).ConfigureAwait(false))
            Owe(release);
    }

    private async ValueTask<bool> TryReleaseAsync(PendingLeaseRelease owed)
    {
        try
        {
            if (owed.Address.Redis is { } place)
                await _commands.ReleaseAsync(place, owed.Owner, owed.Successor, owed.Duration).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return false;
        }
    }

    private void Owe(PendingLeaseRelease owed)
    {
        _owed.Add(owed);
        if (owed.Address.Watch.IsAvailable)
            _owed.Wake(); // it was a mere moment, or is over by now
    }

    private void OnBack() => _owed.Wake();

    public void Dispose()
    {
        _circuits.Closed -= OnBack;
        _connection.Restored -= OnBack;
    }
}

/// <summary>The answer to asking for the right to compute a value.</summary>
/// <param name="Verdict">The answer to the request.</param>
/// <param name="Version">For a value whose computation begins now.</param>
/// <param name="Removal">The newest removal now.</param>
/// <param name="Left">For how long it is taken.</param>
/// <param name="IsRefused">Whether Redis responded that it takes no writes.</param>
internal readonly record struct Lease(LeaseVerdict Verdict, CacheVersion Version, long Removal, TimeSpan Left, bool IsRefused = false);

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
