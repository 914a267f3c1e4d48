using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

/// <summary>Reads entries in pages: first their beginnings, then the stamps. Validates them as a lookup does.</summary>
internal sealed class EntryLook(PartitionSet partitions, InspectionCommands commands, TimeProvider time)
{
    /// <summary>Header and a handful of tags. Entries with more are read a second time.</summary>
    private const int FirstBytes = 256;

    /// <summary>What the header and the tags of any entry fit into. One that claims to have more is damaged, and not worth the memory to read it.</summary>
    private const int MaxBytes = EnvelopeLayout.TagsAt + (EnvelopeLayout.MaxTags * (sizeof(ushort) + TagFold.MaxId));

    public async Task<IReadOnlyList<JudgedEntry>> JudgeAsync(IReadOnlyList<StoredKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return [];
        var starts = await commands.PeekAsync([.. keys.Select(static key => (key, FirstBytes))], cancellationToken).ConfigureAwait(false);
        await ReadAgainAsync(keys, starts, cancellationToken).ConfigureAwait(false);

        // After the entries: none of them is newer than its stamp.
        var states = await StatesAsync(keys.Where((key, i) => IsTagged(key, starts[i])).Select(static key => key.Partition).Distinct(), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return [.. keys.Select((key, i) => new JudgedEntry(key, starts[i], Explain(key, starts[i], states, now))).Where(static entry => !entry.Start.IsGone)];
    }

    /// <summary>What did not open: its tags may be longer, or it may have been overwritten between its bytes and its length.</summary>
    private async Task ReadAgainAsync(IReadOnlyList<StoredKey> keys, StoredStart[] starts, CancellationToken cancellationToken)
    {
        var again = new List<int>();
        var entries = new List<(StoredKey Stored, int Length)>();
        for (var i = 0; i < starts.Length; i++)
        {
            if (starts[i].IsGone || EnvelopeReader.TryOpenStart(starts[i].Bytes, starts[i].Length, keys[i].KeyHash, out _, out var needed) || needed > MaxBytes)
                continue;
            again.Add(i);
            entries.Add((keys[i], Math.Max(FirstBytes, needed)));
        }

        if (again.Count == 0)
            return;
        var read = await commands.PeekAsync(entries, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < read.Length; i++)
            starts[again[i]] = read[i];
    }

    private async Task<Dictionary<Partition, (bool HasHistory, TagStateSnapshot? State)>> StatesAsync(IEnumerable<Partition> of, CancellationToken cancellationToken)
    {
        Partition[] wanted = [.. of];
        var known = partitions.Known();
        var states = new Dictionary<Partition, (bool, TagStateSnapshot?)>(wanted.Length);
        if (wanted.Length == 0)
            return states;
        var stamps = await commands.StampsAsync(wanted, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < wanted.Length; i++)
        {
            var tagState = known[wanted[i]].TagState;

            // Without a history nothing is started here: it is for the application, not for an onlooker, to begin one.
            var state = stamps[i] is not { } stamp ? null
                : tagState.At(stamp) ?? await commands.BoundAsync(() => tagState.CoverAsync(stamp, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            states.Add(wanted[i], (stamps[i] is not null, state));
        }

        return states;
    }

    private static bool IsTagged(StoredKey key, StoredStart start) => EnvelopeReader.TryOpenStart(start.Bytes, start.Length, key.KeyHash, out var envelope, out _) && envelope.IsTagged;

    private Explanation Explain(StoredKey key, StoredStart start, Dictionary<Partition, (bool HasHistory, TagStateSnapshot? State)> states, long now)
    {
        if (!EnvelopeReader.TryOpenStart(start.Bytes, start.Length, key.KeyHash, out var envelope, out _))
        {
            return new(CacheEntryStatus.Invalidated, EnvelopeReader.IsOfLaterVersion(start.Bytes) ? CacheStatusReason.LaterVersion : CacheStatusReason.Damaged);
        }

        if (!envelope.IsTagged)
            return Explanation.OfPlain(envelope, now);
        return states.TryGetValue(key.Partition, out var known) && known.State is { } state ? Explanation.Of(envelope, state, partitions.Known()[key.Partition].TagState.UnconfirmedAt(0), now)
            : new(CacheEntryStatus.Invalidated, known.HasHistory ? CacheStatusReason.Unsettled : CacheStatusReason.NoHistory);
    }
}
