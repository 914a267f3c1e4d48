using System.Numerics;
using System.Runtime.CompilerServices;
using RedisTagCache.Leases;

namespace RedisTagCache.SingleFlight;

/// <summary>
/// Computes an entry once in the fleet, as one of the callers that need it:
/// <code>
/// LookUp -- found ----> Done                                                     (or Acquire at once, if a lookup is expected to find nothing)
///        `- missing --> Acquire -- granted -----------------> Lead
///                               |- entry has changed -------> LookUp
///                               |- taken by another caller -> Wait -- lease ended, or 500 ms --> LookUp
///                               |                                  `- no time is left ---------> ServeOld or ComputeAlone
///                               |- just failed -------------> ServeOld
///                               |- no lease is needed ------> ComputeAlone
///                               `- Redis does not respond --> WithoutRedis
/// </code>
/// Values and pages differ in the steps that this type leaves open.
/// </summary>
/// <typeparam name="T">The type of the result.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="start">The time stamp at which the caller began.</param>
internal abstract class FleetSingleFlight<T>(TimeProvider time, long start)
{
    /// <summary>How many times a caller starts over because the entry has changed between its lookup and its request for the lease.</summary>
    internal const int MaxChanges = 16;

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a caller waits at most before it looks the entry up again: the message may be lost, or the leader may have failed.</summary>
    private static readonly TimeSpan _maxPause = TimeSpan.FromMilliseconds(500);

    private TimeSpan _pause = _firstPause;
    private int _lookups;
    private int _changes;
    private T? _result;

    /// <summary>Gets whether the current lookup is the caller's first.</summary>
    protected bool IsFirstLookup => _lookups <= 1;

    /// <summary>Gets whether the caller has waited for another caller's lease.</summary>
    protected bool HasWaited { get; private set; }

    /// <summary>Gets the latest answer to a request for the lease, except that Redis did not respond.</summary>
    protected CacheLease? Lease { get; private set; }

    /// <summary>Gets how long the caller waits for others, in total.</summary>
    protected abstract TimeSpan WaitTimeout { get; }

    /// <summary>Gets whether the caller has an old value that it can return.</summary>
    protected virtual bool HasOldValue => false;

    private TimeSpan WaitLeft => WaitTimeout - time.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Gets the result, from the first lookup on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> RunAsync(CancellationToken cancellationToken)
    {
        var step = Begin();
        while (step != FlightStep.Done)
            step = await TakeAsync(step, cancellationToken).ConfigureAwait(false);
        return _result!;
    }

    /// <summary>Returns the first step.</summary>
    protected virtual FlightStep Begin() => FlightStep.LookUp;

    /// <summary>Looks the entry up. If it is missing, the next step is <see cref="FlightStep.Acquire"/>.</summary>
    protected abstract ValueTask<FlightStep> LookUpAsync(CancellationToken cancellationToken);

    /// <summary>Requests the lease from Redis.</summary>
    protected abstract ValueTask<CacheLease> AcquireAsync(CancellationToken cancellationToken);

    /// <summary>Computes the entry under <see cref="Lease"/>.</summary>
    protected abstract ValueTask<FlightStep> LeadAsync(CancellationToken cancellationToken);

    /// <summary>Computes the entry for this caller.</summary>
    protected abstract ValueTask<FlightStep> ComputeAloneAsync(CancellationToken cancellationToken);

    /// <summary>Goes on although Redis does not respond.</summary>
    protected abstract ValueTask<FlightStep> WithoutRedisAsync(CancellationToken cancellationToken);

    /// <summary>Returns the old value, if <see cref="HasOldValue"/>.</summary>
    /// <param name="pause">How long this instance does not try again.</param>
    protected virtual FlightStep ServeOld(TimeSpan pause) => throw new NotSupportedException("There is no old value.");

    /// <summary>Decides what follows from a leader that has not stored its value.</summary>
    /// <param name="lease">A lease that is not needed, or one that the caller has waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected virtual ValueTask<FlightStep> OnNotStoredAsync(CacheLease lease, CancellationToken cancellationToken) =>
        new(lease.State == CacheLeaseState.NotNeeded ? FlightStep.ComputeAlone : FlightStep.LookUp);

    /// <summary>Notes that the lease has ended for which the caller waited.</summary>
    protected virtual void OnReleased()
    {
    }

    /// <summary>Sets the result.</summary>
    protected FlightStep Done(T result)
    {
        _result = result;
        return FlightStep.Done;
    }

    /// <summary>Acts on the answer to a request for the lease.</summary>
    protected ValueTask<FlightStep> FollowAsync(CacheLease lease, CancellationToken cancellationToken)
    {
        if (lease.State == CacheLeaseState.Unavailable)
            return new(FlightStep.WithoutRedis);
        Lease = lease;
        switch (lease.State)
        {
            case CacheLeaseState.Granted:
                return new(FlightStep.Lead);
            case CacheLeaseState.Taken when WaitLeft > TimeSpan.Zero:
                return new(FlightStep.Wait);
            case CacheLeaseState.Taken:
                return StopWaitingAsync(lease);
            case CacheLeaseState.Paused when HasOldValue:
                return new(FlightStep.ServeOld);
            case CacheLeaseState.Changed when ++_changes < MaxChanges:
                return new(FlightStep.LookUp);
            case CacheLeaseState.NotNeeded:
                return OnNotStoredAsync(lease, cancellationToken);
            default:
                return new(FlightStep.ComputeAlone);
        }
    }

    /// <summary>The time for waiting is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlightStep> StopWaitingAsync(CacheLease lease)
    {
        await lease.DisposeAsync().ConfigureAwait(false);
        return HasOldValue ? FlightStep.ServeOld : FlightStep.ComputeAlone;
    }

    private ValueTask<FlightStep> TakeAsync(FlightStep step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case FlightStep.LookUp:
                _lookups++;
                return LookUpAsync(cancellationToken);
            case FlightStep.Acquire:
                return AcquireAndFollowAsync(cancellationToken);
            case FlightStep.Wait:
                return WaitAsync(Lease!, cancellationToken);
            case FlightStep.Lead:
                return LeadAsync(cancellationToken);
            case FlightStep.ComputeAlone:
                return ComputeAloneAsync(cancellationToken);
            case FlightStep.ServeOld:
                return new(ServeOld(Lease is { State: CacheLeaseState.Paused } paused ? paused.Left : _maxPause));
            default:
                return WithoutRedisAsync(cancellationToken);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlightStep> AcquireAndFollowAsync(CancellationToken cancellationToken) =>
        await FollowAsync(await AcquireAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Waits until the lease ends, or for a while.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlightStep> WaitAsync(CacheLease lease, CancellationToken cancellationToken)
    {
        HasWaited = true;
        bool isNotStored;
        await using (lease.ConfigureAwait(false))
            isNotStored = await lease.WaitAsync(Min(_pause, WaitLeft), cancellationToken).ConfigureAwait(false);
        _pause = Min(2 * _pause, _maxPause);
        if (isNotStored)
            return await OnNotStoredAsync(lease, cancellationToken).ConfigureAwait(false);
        if (lease.IsReleased)
            OnReleased();
        return FlightStep.LookUp;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

/// <summary>Specifies what a caller does next. See <see cref="FleetSingleFlight{T}"/>.</summary>
internal enum FlightStep
{
    /// <summary>Looks the entry up.</summary>
    LookUp,

    /// <summary>Requests the lease.</summary>
    Acquire,

    /// <summary>Waits for the caller that has the lease.</summary>
    Wait,

    /// <summary>Computes the entry under the lease, for the fleet.</summary>
    Lead,

    /// <summary>Computes the entry without the lease.</summary>
    ComputeAlone,

    /// <summary>Returns the old value, because another caller computes the entry or has just failed to.</summary>
    ServeOld,

    /// <summary>Does what is possible while Redis does not respond.</summary>
    WithoutRedis,

    /// <summary>Has its result.</summary>
    Done,
}

/// <summary>Whether lookups in Redis will probably find no entry, judged by the latest ones. Safe for concurrent use: callers that come together may lose one of their results.</summary>
internal sealed class MissForecast
{
    /// <summary>Of the latest 32. If the forecast is wrong, a caller waits for one more round trip; if it is right, for one less.</summary>
    private const int Most = 28;

    private int _latest;

    public bool AreExpected => BitOperations.PopCount((uint)Volatile.Read(ref _latest)) >= Most;

    public void Add(bool isMiss) => Volatile.Write(ref _latest, (Volatile.Read(ref _latest) << 1) | (isMiss ? 1 : 0));
}
