using RedisTagCache.Topology;

namespace RedisTagCache.Tags;

/// <summary>
/// The start of an instance, until it has read its first state. If that takes more than one page, lookups do not wait for the others.
/// <code>
/// the first page is under way     lookups wait for it: usually it is all there is
/// the other pages are under way   lookups ask Redis for the invalidations of their entry's own tags, after they have read the entry
/// all pages were read             lookups wait for the end: the state that is published covers each stamp that a lookup was shown
/// </code>
/// </summary>
internal sealed partial class TagState
{
    private readonly TaskCompletionSource _isLong = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isReadingFirst;
    private EpochStamp _shown;

    /// <summary>Completes if the first state takes more than one page.</summary>
    public Task IsLong => _isLong.Task;

    /// <summary>Returns what <see cref="CoverAsync"/> does, before anything is known. It is a state for the entry alone if Redis was asked for its tags, and null also if there was nothing to ask for.</summary>
    /// <param name="stamp">The stamp that was read with the entry.</param>
    /// <param name="members">What the invalidations of the entry's tags are stored under: see <see cref="TagId.TryMembersOf"/>. Null if there is no entry to validate.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<TagStateSnapshot?> CoverFirstAsync(EpochStamp stamp, byte[][]? members, CancellationToken cancellationToken)
    {
        if (await TryShowAsync(stamp, cancellationToken).ConfigureAwait(false))
        {
            if (members is null)
                return null;
            if (await AskAsync(stamp, members, cancellationToken).ConfigureAwait(false) is { } state)
                return state;
        }

        return await CoverAsync(stamp, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns true while the first state is read page by page. The stamp then counts as known: local copies are validated by a state that covers it, also those that a
    /// factory reads that runs under it.
    /// </summary>
    /// <exception cref="Exception">One that <see cref="Connection.RedisFailure.IsRedis"/> knows.</exception>
    public async ValueTask<bool> TryShowAsync(EpochStamp stamp, CancellationToken cancellationToken)
    {
        if (Known is not null)
            return false;
        var syncing = SyncAsync();
        if (await Task.WhenAny(_isLong.Task, syncing).WaitAsync(cancellationToken).ConfigureAwait(false) == syncing)
            await syncing.ConfigureAwait(false);
        return TryShow(stamp);
    }

    private bool TryShow(in EpochStamp stamp)
    {
        lock (_lock)
        {
            if (!_isReadingFirst)
                return false;
            _first ??= new(stamp);
            if (stamp.Epoch > _shown.Epoch || !stamp.IsSameLineage(_shown))
                _shown = stamp;
            return true;
        }
    }

    /// <summary>Asks for the invalidations of some tags. Null if the reply does not cover the stamp: only a synchronization can find out why.</summary>
    private async ValueTask<TagStateSnapshot?> AskAsync(EpochStamp stamp, byte[][] members, CancellationToken cancellationToken)
    {
        var found = await commands.FindAsync(partition, members, cancellationToken).ConfigureAwait(false);
        if (found is null || !found.Stamp.IsSameLineage(stamp) || found.Stamp.Epoch < stamp.Epoch)
            return null;
        var table = new TagInvalidationTable();
        for (var i = 0; i < members.Length; i++)
        {
            if (found.Epochs[i] > 0)
                table.Raise(members[i], found.Epochs[i]);
        }

        return new TagStateSnapshot(found.Stamp, found.Floor, table);
    }

    /// <summary>There is more than one page: from now on, lookups ask.</summary>
    private void BeginAsking()
    {
        lock (_lock)
            _isReadingFirst = true;
        _isLong.TrySetResult();
    }

    /// <summary>Ends the asking. Returns the state, brought up to what lookups were shown while its last page was under way.</summary>
    private async Task<TagStateSnapshot> EndAskingAsync(TagStateSnapshot read)
    {
        EpochStamp shown;
        lock (_lock)
            (_isReadingFirst, shown) = (false, _shown);
        return shown == default || (read.Stamp.IsSameLineage(shown) && read.Stamp.Epoch >= shown.Epoch)
            ? read
            : (await ReadAsync(read, isFull: false).ConfigureAwait(false)).State;
    }
}
