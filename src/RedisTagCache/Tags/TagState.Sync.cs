using System.Diagnostics;
using System.Security.Cryptography;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Tags;

internal sealed partial class TagState
{
    private Task<TagStateSnapshot> SyncAsync()
    {
        lock (_lock)
        {
            if (_syncing is null or { IsCompleted: true })
            {
                _isReadingFirst = _known is null && _isLong.Task.IsCompleted; // after one that failed
                _syncing = Task.Run(SyncOnceAsync);
                _syncing.Forget();
            }

            return _syncing;
        }
    }

    private async Task<TagStateSnapshot> SyncOnceAsync()
    {
        using var activity = CacheActivity.Sync(meter);
        var distrusts = Volatile.Read(ref _distrusts);
        var old = Known;
        var isFull = old is null || !IsTrusted;
        try
        {
            var read = await ReadAsync(old, isFull).ConfigureAwait(false);
            var lost = read.IsFull && old is not null && old.Stamp.IsSameGeneration(read.State.Stamp)
                ? old.Invalidations.NotIn(read.State.Invalidations, read.State.Floor)
                : [];
            if (lost.Count > 0)
                read = read with { State = await HealAsync(read.State, lost).ConfigureAwait(false) };
            if (old is null)
                read = read with { State = await EndAskingAsync(read.State).ConfigureAwait(false) };
            var state = Adopt(old, read.State, read.IsFull, distrusts);
            Tell(activity, read.IsFull, CacheOutcome.Ok);
            return state;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Tell(activity, isFull, CacheOutcome.Failed);
            BackgroundFault.Ignore(() => Log.SyncFailed(logger, e, partition.Name));
            throw;
        }
        finally
        {
            lock (_lock)
                _isReadingFirst = false;
        }
    }

    private void Tell(Activity? activity, bool isFull, CacheOutcome outcome) => BackgroundFault.Ignore(() =>
    {
        var kind = isFull ? CacheEventDetail.Full : CacheEventDetail.CatchUp;
        meter.Sync(kind, outcome);
        activity.Sync(kind, outcome);
    });

    /// <summary>Reads page after page, from the old state on where its lineage still holds, else from nothing.</summary>
    private async Task<(TagStateSnapshot State, bool IsFull)> ReadAsync(TagStateSnapshot? old, bool isFull)
    {
        var nonce = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var known = NewestSeen(old);
        var from = isFull ? 0 : old!.Stamp.Epoch + 1;
        TagInvalidationTable? table = null;
        while (true)
        {
            var page = await commands.SyncAsync(partition, known, from, nonce, old?.Floor ?? 0, CancellationToken.None).ConfigureAwait(false);
            if (table is null || !page.Stamp.IsSameLineage(known!.Value))
            {
                // The first page, or one that began at the lowest score because the lineage changed before it.
                isFull = isFull || !page.Stamp.IsSameLineage(known!.Value);
                table = isFull ? new TagInvalidationTable() : old!.Invalidations;
            }

            foreach (var row in page.Invalidations)
                table.Raise(row.Member, row.Epoch);
            known = page.Stamp;
            if (!page.HasMore)
                return (new TagStateSnapshot(page.Stamp, page.Floor, table), isFull);
            if (old is null)
                BeginAsking();
            Interlocked.Increment(ref _changes); // of the known table, where it is brought up to date
            from = page.Invalidations[^1].Epoch; // inclusive: tag invalidations of one epoch may be divided between two pages
        }
    }

    /// <summary>The newest stamp of the state's lineage that Redis has shown: by a lower one it would prove to have lost history.</summary>
    private EpochStamp? NewestSeen(TagStateSnapshot? state)
    {
        lock (_lock)
            return state is not null && _ahead.IsSameLineage(state.Stamp) && _ahead.Epoch > state.Stamp.Epoch ? _ahead : state?.Stamp;
    }

    /// <summary>Retries, at new epochs, the evictions that Redis has lost and this instance knows. The state contains them before entries are validated by it.</summary>
    private async Task<TagStateSnapshot> HealAsync(TagStateSnapshot state, List<byte[]> lost)
    {
        foreach (var chunk in lost.Chunk(TagInvalidateScript.MaxMembers))
        {
            _ = await commands.InvalidateAsync(partition, settings.TagInvalidationRetention, settings.MaxTagInvalidations, chunk, CancellationToken.None).ConfigureAwait(false)
                ?? throw new RedisTagCacheUnavailableException("Redis changed while lost evictions were retried.");
            BackgroundFault.Ignore(() => meter.Sent(CacheEventDetail.Eviction));
        }

        BackgroundFault.Ignore(() =>
        {
            Log.EvictionsRecovered(logger, lost.Count);
            meter.Evictions(lost.Count, CacheEventDetail.Any, CacheOutcome.Recovered);
        });
        var (recovered, isFull) = await ReadAsync(state, isFull: false).ConfigureAwait(false);
        return isFull ? throw new RedisTagCacheUnavailableException("Redis changed again while lost evictions were retried.") : recovered;
    }

    private TagStateSnapshot Adopt(TagStateSnapshot? old, TagStateSnapshot read, bool isFull, int distrusts)
    {
        lock (_lock)
        {
            if (old is not null && !old.Stamp.IsSameGeneration(read.Stamp))
                BackgroundFault.Ignore(() => Log.GenerationBegan(logger, partition.Name));
            if (_known is { } known && known.Stamp.IsSameGeneration(read.Stamp))
            {
                // This instance may have evicted in the meantime. Those tag invalidations stay, whichever state is newer.
                if (isFull)
                    CopyInvalidations(known, read);
                else if (known.Stamp.IsSameLineage(read.Stamp) && known.Stamp.Epoch > read.Stamp.Epoch)
                    read = known;
                read = read with { Floor = Math.Max(read.Floor, known.Floor) };
            }

            Publish(read);
            Volatile.Write(ref _trustedAt, distrusts);
            Interlocked.Increment(ref _changes);
            if (isFull)
                BackgroundFault.Ignore(() => Log.TagStateRebuilt(logger, partition.Name, read.Invalidations.Count));
            return read;
        }
    }

    private static void CopyInvalidations(TagStateSnapshot from, TagStateSnapshot to)
    {
        foreach (var member in from.Invalidations.NotIn(to.Invalidations, to.Floor))
        {
            var invalidations = from.Invalidations[member.AsSpan(1)];
            to.Invalidations.Raise(member, member[0] == (byte)'h' ? invalidations.EvictedAt : invalidations.ExpiredAt);
        }
    }
}

/// <summary>The evictions by this instance that Redis has not confirmed, with their numbers. Read without locks; written by one at a time.</summary>
internal sealed class OwedTagInvalidations
{
    private readonly Dictionary<string, (byte[] Member, long Number)> _members = new(StringComparer.Ordinal);
    private TagInvalidationTable? _table;
    private long _all;

    /// <summary>Gets whether there is none.</summary>
    public bool IsEmpty => Volatile.Read(ref _table) is null && Volatile.Read(ref _all) == 0;

    /// <summary>Returns the newest number of an eviction of a tag, or of everything; 0 for none.</summary>
    public long EvictedAt(ReadOnlySpan<byte> tag) => Math.Max(Volatile.Read(ref _all), Volatile.Read(ref _table)?[tag].EvictedAt ?? 0);

    /// <summary>Returns the newest number of a soft expiry of a tag; 0 for none.</summary>
    public long ExpiredAt(ReadOnlySpan<byte> tag) => Volatile.Read(ref _table)?[tag].ExpiredAt ?? 0;

    public void Add(ReadOnlySpan<byte[]> members, long number)
    {
        if (_all > 0)
        {
            AddAll(number); // there are too many to be kept one by one
            return;
        }

        var table = _table ?? new TagInvalidationTable();
        foreach (var member in members)
        {
            _members[Convert.ToBase64String(member)] = (member, number);
            table.Raise(member, number);
        }

        Volatile.Write(ref _table, _members.Count > 0 ? table : null);
    }

    /// <summary>Adds one of everything, in place of all others.</summary>
    public void AddAll(long number)
    {
        Volatile.Write(ref _all, number);
        _members.Clear();
        Volatile.Write(ref _table, null);
    }

    /// <summary>Removes those whose number is not higher.</summary>
    public void Remove(IReadOnlyCollection<byte[]> members, long highest)
    {
        foreach (var name in members.Select(Convert.ToBase64String))
        {
            if (_members.TryGetValue(name, out var owed) && owed.Number <= highest)
                _members.Remove(name);
        }

        var left = _members.Count > 0 ? new TagInvalidationTable() : null;
        foreach (var (member, number) in _members.Values)
            left!.Raise(member, number);
        Volatile.Write(ref _table, left);
    }

    /// <summary>The same for all of them.</summary>
    public void RemoveAll(long highest)
    {
        Remove([.. _members.Values.Select(static owed => owed.Member)], highest);
        if (_all <= highest)
            Volatile.Write(ref _all, 0);
    }
}
