using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Tags;

/// <summary>
/// This instance's copy of a partition's tag invalidations. Readers compare the stamp that came with their entry: equal, and the copy is complete;
/// otherwise the copy first catches up, once for all readers that wait.
/// </summary>
internal sealed partial class TagState(Partition partition, RedisCommands commands, StoreSettings settings, CacheMeter meter, ILogger<TagState> logger)
{
    private const int MaxSyncs = 4;

    private readonly Lock _lock = new();
    private readonly OwedTagInvalidations _owed = new();
    private TagStateSnapshot? _known;
    private EpochStamp _ahead;
    private Task<TagStateSnapshot>? _syncing;
    private int _distrusts;
    private int _trustedAt = -1;
    private int _changes;
    private TagInvalidationTable? _unconfirmed;
    private long _unconfirmedCount;
    private StrongBox<EpochStamp>? _first;

    /// <summary>The newest state known, even when it is no longer trusted; nothing before the first synchronization.</summary>
    public TagStateSnapshot? Known => Volatile.Read(ref _known);

    /// <summary>The state when it is complete up to just this stamp: the case of nearly every read.</summary>
    public TagStateSnapshot? At(in EpochStamp stamp)
    {
        var state = Volatile.Read(ref _known);
        return state is not null && state.Stamp == stamp && IsTrusted ? state : null;
    }

    /// <summary>Whether there is something that is no longer trusted. What was never filled is filled by its first reader.</summary>
    public bool NeedsRebuild => Known is not null && !IsTrusted;

    /// <summary>Changes after every change that may change a verdict: while it stays, so do the verdicts.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>The stamp of the first state that was known, or the first one that a lookup was shown before; read it after <see cref="Known"/>.</summary>
    public EpochStamp? First => Volatile.Read(ref _first)?.Value;

    /// <summary>Gets the number of the newest tag invalidation that this instance applied before it read it from Redis.</summary>
    public long UnconfirmedCount => Volatile.Read(ref _unconfirmedCount);

    /// <summary>Gets whether Redis has not confirmed an eviction by this instance.</summary>
    public bool Owes => !_owed.IsEmpty;

    /// <summary>For a value that began at such a number.</summary>
    public UnconfirmedTagInvalidations UnconfirmedAt(long startedAt) => new(Volatile.Read(ref _unconfirmed), _owed, startedAt);

    /// <summary>The same for a value that is only compared with what Redis has confirmed.</summary>
    public UnconfirmedTagInvalidations OrderAt(long startedAt) => new(Volatile.Read(ref _unconfirmed), owed: null, startedAt);

    /// <summary>Gets whether entries may be validated by the newest state, as far as it goes.</summary>
    public bool IsTrusted => Volatile.Read(ref _trustedAt) == Volatile.Read(ref _distrusts);

    /// <summary>From now on no entry is validated by this state until all of it was read again: Redis may have lost history.</summary>
    public void Distrust()
    {
        Interlocked.Increment(ref _distrusts);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Returns a state that is complete at least up to the stamp; null if Redis has moved on to another lineage in the meantime.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public async ValueTask<TagStateSnapshot?> CoverAsync(EpochStamp stamp, CancellationToken cancellationToken)
    {
        var state = Known;
        for (var syncs = 0; ; syncs++)
        {
            if (state is not null && IsTrusted && state.Stamp.IsSameLineage(stamp) && state.Stamp.Epoch >= stamp.Epoch)
            {
                // A lower epoch means an answer that was superseded, or a Redis that has lost history. A synchronization finds out which.
                if (state.Stamp.Epoch > stamp.Epoch)
                    Refresh();
                return state;
            }

            // A synchronization already under way may have started before the read; the one after it has not.
            if (syncs == MaxSyncs)
                return null;
            state = await SyncAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the state as Redis has it now: for a partition that was found incomplete.</summary>
    public async ValueTask<TagStateSnapshot> RenewAsync(CancellationToken cancellationToken) =>
        await SyncAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Gives the newest trusted state, synchronizing only when there is none.</summary>
    public ValueTask<TagStateSnapshot> CurrentAsync(CancellationToken cancellationToken) =>
        Known is { } state && IsTrusted ? new(state) : RenewAsync(cancellationToken);

    /// <summary>Synchronizes in the background, when not already under way.</summary>
    public void Refresh() => _ = SyncAsync();

    /// <summary>Takes over what an eviction of this instance did, or one of another that was announced. False when evictions before it are not known.</summary>
    public bool Apply(TagInvalidationReply reply, ReadOnlySpan<byte[]> members)
    {
        bool isComplete;
        lock (_lock)
        {
            if (_known is not { } state)
                return false;
            var isSameGeneration = state.Stamp.IsSameGeneration(reply.After);
            isComplete = isSameGeneration && ApplyInOrder(state, reply, members);
            if (!isSameGeneration)
                Distrust(); // the order of another generation has nothing to do with this one
        }

        if (NeedsRebuild)
            Refresh();
        return isComplete;
    }

    /// <summary>A tag invalidation gets its place in the order before anything is validated by it.</summary>
    private bool ApplyInOrder(TagStateSnapshot state, TagInvalidationReply reply, ReadOnlySpan<byte[]> members)
    {
        var isComplete = true;
        var isSameLineage = state.Stamp.IsSameLineage(reply.After);
        if (!isSameLineage)
            Volatile.Write(ref _unconfirmed, null);
        else if (state.Stamp != reply.Before && reply.After.Epoch > state.Stamp.Epoch)
            isComplete = NoteAhead(reply.After, members);
        Raise(state, members, reply.After.Epoch);
        if (!isSameLineage)
            Distrust(); // it was another server that confirmed: the one known now may lack the tag invalidation, and is compared
        else if (state.Stamp == reply.Before)
            Publish(new TagStateSnapshot(reply.After, Math.Max(state.Floor, reply.Floor), state.Invalidations));
        return isComplete;
    }

    /// <summary>Raised if an eviction cannot be recorded, because the tag state of the partition is not known yet. All entries of the partition then count as evicted.</summary>
    public event Action? EverythingEvicted;

    /// <summary>Lets an eviction that Redis has not confirmed hold in this instance, until it has: see <see cref="Confirm"/>.</summary>
    public void ApplyUnconfirmed(ReadOnlySpan<byte[]> members)
    {
        lock (_lock)
        {
            NoteUnconfirmed(members);
            _owed.Add(members, _unconfirmedCount);
            Interlocked.Increment(ref _changes);
            if (_known is { } state)
            {
                Raise(state, members, state.Stamp.Epoch + 1);
                return;
            }
        }

        EverythingEvicted?.Invoke();
    }

    /// <summary>The same for everything in the partition.</summary>
    public void ApplyUnconfirmedToAll()
    {
        lock (_lock)
        {
            NoteUnconfirmed([]);
            _owed.AddAll(_unconfirmedCount);
        }

        Distrust();
        EverythingEvicted?.Invoke();
    }

    /// <summary>Notes that Redis has confirmed the retry of evictions.</summary>
    /// <param name="members">The evictions.</param>
    /// <param name="before">The <see cref="UnconfirmedCount"/> when the retry began: an eviction of the same tag that has failed since is not confirmed.</param>
    public void Confirm(IReadOnlyCollection<byte[]> members, long before)
    {
        lock (_lock)
        {
            _owed.Remove(members, before);
            Interlocked.Increment(ref _changes);
        }
    }

    /// <summary>The same for all of them, because everything in the partition was evicted.</summary>
    public void ConfirmAll(long before)
    {
        lock (_lock)
            _owed.RemoveAll(before);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>
    /// Evicts everything in the partition: without its stamp, Redis begins a new generation, and whatever was written before counts as evicted everywhere.
    /// </summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await commands.ForgetAsync(partition, cancellationToken).ConfigureAwait(false);
        Distrust();
        await RenewAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Raise(TagStateSnapshot state, ReadOnlySpan<byte[]> members, long epoch)
    {
        foreach (var member in members)
            state.Invalidations.Raise(member, epoch);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>It was seen, although evictions before it are not yet known.</summary>
    private bool NoteAhead(in EpochStamp stamp, ReadOnlySpan<byte[]> members)
    {
        NoteUnconfirmed(members);
        if (stamp.Epoch > _ahead.Epoch || !stamp.IsSameLineage(_ahead))
            _ahead = stamp;
        return false;
    }

    private void NoteUnconfirmed(ReadOnlySpan<byte[]> members)
    {
        var table = _unconfirmed ?? new TagInvalidationTable();
        var number = _unconfirmedCount + 1;
        foreach (var member in members)
            table.Raise(member, number);
        Volatile.Write(ref _unconfirmed, table);
        Volatile.Write(ref _unconfirmedCount, number);
    }

    private void Publish(TagStateSnapshot state)
    {
        // From here on, values that were computed before this state was known are validated by their version alone, because Redis may have made evictions that were
        // not known then. At the same stamp, it has made none.
        if (_known is not { } known || known.Stamp != state.Stamp)
            Volatile.Write(ref _unconfirmed, null);
        _first ??= new(state.Stamp);
        state.Invalidations.Prune(state.Floor);
        Volatile.Write(ref _known, state);
        Interlocked.Increment(ref _changes);
    }
}

/// <summary>Specifies how many tag invalidations Redis stores, and for how long.</summary>
internal sealed record StoreSettings(TimeSpan TagInvalidationRetention, int MaxTagInvalidations);

/// <summary>
/// The tag invalidations of a partition, complete up to a stamp. The table may already hold newer ones: they only make the validation stricter.
/// </summary>
internal sealed record TagStateSnapshot(EpochStamp Stamp, long Floor, TagInvalidationTable Invalidations)
{
    /// <summary>Returns whether a value that was started at this stamp with these tags is known to be invalidated already.</summary>
    public bool IsPast(in EpochStamp startedAt, ReadOnlySpan<byte[]> tags, in UnconfirmedTagInvalidations unconfirmed = default) =>
        EntryValidator.IsPast(startedAt, tags, this, unconfirmed);
}
