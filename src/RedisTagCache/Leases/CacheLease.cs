using System.Buffers;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;

namespace RedisTagCache.Leases;

/// <summary>
/// Represents the result of a request for a lease, the right to compute an entry's value. A lease that is <see cref="CacheLeaseState.Granted"/> is renewed until the value is
/// written or the lease is released or disposed. For one caller: not thread-safe, but it can be released or disposed at any time.
/// </summary>
internal sealed class CacheLease : IAsyncDisposable
{
    private readonly LeaseStore _store;
    private readonly ValueAddress _address;
    private readonly Waiters.Waiting? _waiting;
    private readonly IInProcessLease? _inProcess;
    private OwnedLease? _held;
    private bool _isPassed;

    internal CacheLease(LeaseStore store, ValueAddress address, in Lease lease, OwnedLease? held, Waiters.Waiting? waiting)
    {
        _store = store;
        _address = address;
        _waiting = waiting;
        Removal = lease.Removal;
        _held = held;
        _inProcess = held as IInProcessLease;
        State = (CacheLeaseState)lease.Verdict;
        _isPassed = State == CacheLeaseState.NotNeeded;
        Version = lease.Version;
        Left = lease.Left;
        IsRefused = lease.IsRefused;
    }

    /// <summary>Gets the result of the lease request.</summary>
    public CacheLeaseState State { get; }

    /// <summary>Gets the version for a value whose computation begins now.</summary>
    public CacheVersion Version { get; }

    /// <summary>Gets how long the lease is taken, paused, or not needed at least. Zero otherwise.</summary>
    public TimeSpan Left { get; }

    /// <summary>Gets whether the lease is unavailable because Redis takes no writes. It may still respond to lookups.</summary>
    internal bool IsRefused { get; }

    /// <summary>Gets the newest removal when the lease was requested, for a value whose computation begins now.</summary>
    internal long Removal { get; }

    /// <summary>Gets the name under which Redis granted the lease. Empty if it did not, or if the lease has ended.</summary>
    internal string Owner => (_held as HeldLease)?.Owner ?? "";

    /// <summary>Gets whether the lease that the caller waits for has ended, as far as this instance knows.</summary>
    internal bool IsReleased => _waiting is { Woken.IsCompleted: true };

    /// <summary>Gets the lease within this process that the caller waits for, when that is what has been taken.</summary>
    internal IInProcessLease? Awaited { get; init; }

    /// <summary>If the lease is taken, waits until it is released or expires, or its value is stored.</summary>
    /// <param name="longest">The maximum time to wait. Use less than a second, because the message may be lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="true"/> if the value was not stored, so there is no need to wait for it or to look it up again; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="OperationCanceledException">The wait was canceled.</exception>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken = default) => _store.WaitAsync(_waiting, longest, Left, cancellationToken);

    /// <summary>
    /// Writes the value and releases the lease, in one round trip. If the lease was not granted, this is a write like any other. If no lease was needed and the value is stored,
    /// leases are needed again, which takes a second round trip.
    /// </summary>
    /// <param name="payload">The bytes to store. The caller can reuse the buffer when the returned task has completed, with any result.</param>
    /// <param name="version">The version of the value. With <see cref="CacheVersion.AtWrite"/>, that of the lease is used.</param>
    /// <param name="options">Lifetimes and tags.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still reach Redis.</param>
    /// <returns>Whether the entry was stored, was rejected because it may be older than an eviction or a removal, or was skipped because Redis is unavailable.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A lifetime is not positive, or the payload is larger than Redis takes (512 MiB).</exception>
    public async ValueTask<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What is written is a copy of the payload, made before the first wait.
        var held = Interlocked.Exchange(ref _held, null);
        var writing = _inProcess is not null
            ? _inProcess.SetAsync(payload, version, options)
            : _store.SetAsync(_address, (HeldLease?)held, version.IsDefault ? Version : version, Removal, payload, options).AsTask();
        var outcome = await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_isPassed && outcome == CacheWriteOutcome.Stored && _inProcess is null)
            await ResumeAsync(cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>
    /// Ends the time in which callers need no lease (<see cref="CacheLeaseState.NotNeeded"/>), so that the next request is granted. Use it if the value can be stored after
    /// all. Does nothing if another caller has the lease.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; callers still need a lease again.</param>
    /// <returns>A task that completes when Redis has responded.</returns>
    public Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        if (_inProcess is null)
            return _store.ResumeAsync(_address).AsTask().WaitAsync(cancellationToken);
        _inProcess.Resume();
        return Task.CompletedTask;
    }

    /// <summary>Releases the lease because the value is not to be stored. For a while, callers compute their own values and do not wait for each other.</summary>
    /// <param name="duration">For how long. Must be at least 1 millisecond.</param>
    /// <param name="cancellationToken">Ends the wait; the lease is still released.</param>
    public Task PassAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _held, null) is not { } held)
            return Task.CompletedTask;
        Volatile.Write(ref _isPassed, true);
        return held.PassAsync(duration).AsTask().WaitAsync(cancellationToken);
    }

    /// <summary>Releases the lease without a value.</summary>
    /// <param name="pause">How long callers that have an old value do not try again. With zero, they try again at once.</param>
    /// <param name="cancellationToken">Ends the wait; the lease is still released.</param>
    public Task ReleaseAsync(TimeSpan pause, CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _held, null)?.ReleaseAsync(pause).AsTask().WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Ends the renewals, because a write has released the lease.</summary>
    internal void EndByWrite() => (Interlocked.Exchange(ref _held, null) as HeldLease)?.Dispose();

    /// <summary>Releases the lease if that was not done yet.</summary>
    public ValueTask DisposeAsync()
    {
        _waiting?.Dispose();
        return new ValueTask(ReleaseAsync(TimeSpan.Zero));
    }
}

/// <summary>Specifies the result of a lease request.</summary>
internal enum CacheLeaseState
{
    /// <summary>Another caller has the lease: wait for it, and look the entry up again.</summary>
    Taken,

    /// <summary>The caller has the lease.</summary>
    Granted,

    /// <summary>The last attempt failed. Callers that have an old value must not try again yet.</summary>
    Paused,

    /// <summary>The entry is no longer the one that was found: look it up again.</summary>
    Changed,

    /// <summary>No lease is needed: the last value was not stored, so each caller computes its own.</summary>
    NotNeeded,

    /// <summary>Redis did not respond.</summary>
    Unavailable,
}

/// <summary>A lease that this instance owns. It is released by the write, or by one of these methods.</summary>
internal abstract class OwnedLease
{
    /// <summary>Releases the lease without a value.</summary>
    /// <param name="pause">How long callers that have an old value do not try again. Zero for not at all.</param>
    public abstract ValueTask ReleaseAsync(TimeSpan pause);

    /// <summary>Releases the lease because the value is not stored. Those that wait for it compute their own, and not one after the other.</summary>
    /// <param name="duration">How long. Then one caller is asked to lead again.</param>
    public abstract ValueTask PassAsync(TimeSpan duration);
}

/// <summary>A lease that is known to this process alone, because Redis grants none.</summary>
internal interface IInProcessLease
{
    /// <summary>Writes the entry into Redis. If Redis does not take it, it is for this process.</summary>
    Task<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options);

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    void Resume();
}

/// <summary>A lease that this instance has, renewed while a factory runs. Given back by the write, or by <see cref="ReleaseAsync"/>.</summary>
internal sealed class HeldLease : OwnedLease, IDisposable
{
    private readonly LeaseClient _client;
    private readonly ValueAddress _address;
    private readonly ITimer _timer;
    private int _renewing;

    public HeldLease(LeaseClient client, ValueAddress address, string owner, TimeSpan duration, TimeProvider time)
    {
        _client = client;
        _address = address;
        Owner = owner;
        _timer = time.CreateTimer(static lease => ((HeldLease)lease!).Renew(), this, duration / 3, duration / 3);
    }

    public string Owner { get; }

    /// <inheritdoc/>
    public override ValueTask ReleaseAsync(TimeSpan pause)
    {
        Dispose();
        return _client.ReleaseAsync(_address, Owner, pause);
    }

    /// <inheritdoc/>
    public override ValueTask PassAsync(TimeSpan duration)
    {
        Dispose();
        return _client.PassAsync(_address, Owner, duration);
    }

    private void Renew()
    {
        if (Interlocked.Exchange(ref _renewing, 1) == 0)
            _ = RenewAsync();
    }

    private async Task RenewAsync()
    {
        // Once another caller has the lease, this one does not get it back. The value is validated when it is written.
        try
        {
            if (!await _client.RenewAsync(_address, Owner).ConfigureAwait(false))
                Dispose();
        }
#pragma warning disable CA1031 // Nothing may end the renewals.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _client.Report(e);
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    public void Dispose() => _timer.Dispose();
}
