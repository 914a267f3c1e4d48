using System.Buffers;
using RedisTagCache.Store;

namespace RedisTagCache;

/// <summary>
/// The answer to asking for the right to compute an entry's value. While it is <see cref="CacheLeaseState.Granted"/> it is renewed, until it is
/// written with, given back or disposed of. One caller's: not safe for concurrent use, but that it may be given back or disposed of at any time.
/// </summary>
public sealed class CacheLease : IAsyncDisposable
{
    private readonly LeaseStore _store;
    private readonly ValueAddress _address;
    private readonly Waiters.Waiting? _waiting;
    private readonly long _removal;
    private readonly IInProcessLease? _inProcess;
    private IHeldLease? _held;
    private bool _isPassed;

    internal CacheLease(LeaseStore store, ValueAddress address, in Lease lease, IHeldLease? held, Waiters.Waiting? waiting)
    {
        _store = store;
        _address = address;
        _waiting = waiting;
        _removal = lease.Removal;
        _held = held;
        _inProcess = held as IInProcessLease;
        State = (CacheLeaseState)lease.Verdict;
        _isPassed = State == CacheLeaseState.NotNeeded;
        Token = lease.Token;
        Left = lease.Left;
    }

    /// <summary>Whose it is.</summary>
    public CacheLeaseState State { get; }

    /// <summary>The token for a value whose computation begins now.</summary>
    public CacheVersion Token { get; }

    /// <summary>For how long it is taken, paused, or not needed at least; zero otherwise.</summary>
    public TimeSpan Left { get; }

    /// <summary>Gets the lease within this process that the caller waits for, when that is what has been taken.</summary>
    internal IInProcessLease? Awaited { get; init; }

    /// <summary>Waits, when it is taken, until it is given back, its value is there, or it has run out.</summary>
    /// <param name="longest">The longest wait. Choose a part of a second: the message may be lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when the value was not kept: nobody needs to wait for it, or to look again. False otherwise.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken = default) => _store.WaitAsync(_waiting, longest, Left, cancellationToken);

    /// <summary>
    /// Writes the value and gives the lease back, in one round trip. Without a lease granted it is a write like any other. A value that is stored where none was
    /// needed ends that, in a second round trip.
    /// </summary>
    /// <param name="payload">The bytes to keep. The buffer is the caller's again as soon as the returned task has completed, however it completed.</param>
    /// <param name="options">Lifetimes and tags. Its token, where it has none, is that of the lease.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still reach Redis.</param>
    /// <returns>Whether the entry was stored, was rejected because it may be older than an eviction or a removal, or was skipped because Redis is unavailable.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A lifetime is not positive, or the payload is larger than Redis takes (512 MiB).</exception>
    public async ValueTask<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, TagCacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What is written is a copy of the payload, made before the first wait.
        var held = Interlocked.Exchange(ref _held, null);
        var writing = _inProcess is not null
            ? _inProcess.SetAsync(payload, options)
            : _store.SetAsync(_address, (HeldLease?)held, Token, _removal, payload, options).AsTask();
        var outcome = await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_isPassed && outcome == CacheWriteOutcome.Stored && _inProcess is null)
            await ResumeAsync(cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>
    /// Ends the time in which callers need no lease (<see cref="CacheLeaseState.NotNeeded"/>): the next one is granted it. For a value that turned out to be kept after
    /// all. Does nothing when another caller has the lease.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the time ends all the same.</param>
    /// <returns>A task that completes when Redis has been told.</returns>
    public Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        if (_inProcess is null)
            return _store.ResumeAsync(_address).AsTask().WaitAsync(cancellationToken);
        _inProcess.Resume();
        return Task.CompletedTask;
    }

    /// <summary>Gives it back because the value is not to be kept: callers compute their own for a while, and nobody waits for another.</summary>
    /// <param name="duration">For how long. One millisecond or more.</param>
    /// <param name="cancellationToken">Ends the wait; it is given back all the same.</param>
    public Task PassAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _held, null) is not { } held)
            return Task.CompletedTask;
        Volatile.Write(ref _isPassed, true);
        return held.PassAsync(duration).AsTask().WaitAsync(cancellationToken);
    }

    /// <summary>Gives it back without a value.</summary>
    /// <param name="pause">For how long callers that have an old value do not try again; zero for not at all.</param>
    /// <param name="cancellationToken">Ends the wait; it is given back all the same.</param>
    public Task ReleaseAsync(TimeSpan pause, CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _held, null)?.ReleaseAsync(pause).AsTask().WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Gives it back, unless that was done.</summary>
    public ValueTask DisposeAsync()
    {
        _waiting?.Dispose();
        return new ValueTask(ReleaseAsync(TimeSpan.Zero));
    }
}
