using System.Globalization;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

internal sealed partial class Inspector
{
    private static readonly TimeSpan _reclaimLease = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<CacheReclaimResult> ReclaimAsync(
        CacheReclaimOptions? options = null, IProgress<CacheReclaimResult>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new CacheReclaimOptions();
        EntryWalk.Validate(options.Pace, nameof(options));
        if (options.OtherBuildsOlderThan < TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(options.OtherBuildsOlderThan)} must be at least 1 minute, but was {options.OtherBuildsOlderThan}.", nameof(options));

        await _commands.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var first = _partitions.Known().Keys.Partitions[0];
        var owner = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        if (!await _commands.TakeAsync(first, owner, _reclaimLease, cancellationToken).ConfigureAwait(false))
            return new CacheReclaimResult { IsTakenElsewhere = true };
        try
        {
            return await ReclaimAsync(options, first, owner, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await TryGiveBackAsync(first, owner).ConfigureAwait(false);
        }
    }

    private async Task<CacheReclaimResult> ReclaimAsync(
        CacheReclaimOptions options, Partition first, string owner, IProgress<CacheReclaimResult>? progress, CancellationToken cancellationToken)
    {
        var result = new CacheReclaimResult();
        var prolonged = _time.GetTimestamp();
        await foreach (var page in _walk.RunAsync(region: null, keyPrefix: null, options.Pace, cancellationToken).ConfigureAwait(false))
        {
            if (_time.GetElapsedTime(prolonged) > _reclaimLease / 3)
            {
                prolonged = _time.GetTimestamp();
                if (!await _commands.ProlongAsync(first, owner, _reclaimLease, cancellationToken).ConfigureAwait(false))
                    throw new RedisTagCacheUnavailableException("The reclaimer lost its lease because it was paused for too long. Another one may have started.");
            }

            var entries = await _look.JudgeAsync(page.Keys, cancellationToken).ConfigureAwait(false);
            result = (await DropAsync(entries, options, result, cancellationToken).ConfigureAwait(false)) with { Fraction = page.Fraction };
            progress?.Report(result);
        }

        return result with { Fraction = 1 };
    }

    private async Task<CacheReclaimResult> DropAsync(
        IReadOnlyList<JudgedEntry> entries, CacheReclaimOptions options, CacheReclaimResult result, CancellationToken cancellationToken)
    {
        var now = Now();
        JudgedEntry[] invalidated = [.. entries.Where(static entry => entry.IsOfNoUse)];
        JudgedEntry[] old = [.. entries.Where(entry => !entry.IsOfNoUse && IsOldOfOtherBuild(entry, options, now))];
        JudgedEntry[] all = [.. invalidated, .. old];
        var dropped = options.DryRun
            ? Array.ConvertAll(all, static entry => entry.Start.Length)
            : await _commands.DropAsync(all.Select(static entry => (entry.Key, entry.Identity)), cancellationToken).ConfigureAwait(false);
        var droppedInvalidated = dropped.AsSpan(0, invalidated.Length).ToArray().Count(static bytes => bytes > 0);
        var droppedAll = dropped.Count(static bytes => bytes > 0);
        return result with
        {
            LookedAt = result.LookedAt + entries.Count,
            DroppedInvalidated = result.DroppedInvalidated + droppedInvalidated,
            DroppedOfOtherBuilds = result.DroppedOfOtherBuilds + droppedAll - droppedInvalidated,
            Superseded = result.Superseded + all.Length - droppedAll,
            Bytes = result.Bytes + dropped.Sum(),
        };
    }

    private bool IsOldOfOtherBuild(in JudgedEntry entry, CacheReclaimOptions options, long now) =>
        options.OtherBuildsOlderThan is { } age
        && entry.Key.Build != BuildName.Shared
        && entry.Key.Build != _settings.BuildNamespace
        && entry.CreatedAt is { } created
        && now - created > age.TotalMilliseconds;

    private async Task TryGiveBackAsync(Partition first, string owner)
    {
        try
        {
            await _commands.GiveBackAsync(first, owner).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException)
        {
            // it ends by itself
        }
    }
}
