using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

/// <summary>Looks into the cache, for operators.</summary>
internal sealed partial class Inspector : ITagCacheInspector
{
    private static readonly string _distributed = CacheRegion.Distributed(isIsolatedByBuild: false).Name;

    private readonly PartitionSet _partitions;
    private readonly EntryStore _entries;
    private readonly InspectionCommands _commands;
    private readonly ServerLook _servers;
    private readonly EntryLook _look;
    private readonly EntryWalk _walk;
    private readonly InspectorSettings _settings;
    private readonly TimeProvider _time;

    public Inspector(PartitionSet partitions, EntryStore entries, InspectionCommands commands, InspectorSettings settings, TimeProvider time)
    {
        _partitions = partitions;
        _entries = entries;
        _commands = commands;
        _settings = settings;
        _time = time;
        _servers = new ServerLook(commands, time);
        _look = new EntryLook(partitions, commands, time);
        _walk = new EntryWalk(partitions, commands, settings.KeyPrefix, time);
    }

    /// <inheritdoc/>
    public async Task<CacheEntryInfo?> InspectAsync(
        string region, string key, CacheInspectOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckRegion(region, nameof(region));
        ArgumentException.ThrowIfNullOrEmpty(key);
        await _commands.ConnectAsync(cancellationToken).ConfigureAwait(false);

        // Whether a region is isolated by build only its owner knows; it has either kind of entries, so both places are looked at.
        var partition = _partitions.Known().Keys.PartitionOf(key);
        StoredKey[] places = [StoredKey.Of(partition, region, BuildOf(options?.BuildNamespace), key), StoredKey.Of(partition, region, BuildName.Shared, key)];
        var found = await _look.JudgeAsync(places, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
            return null;
        var info = found[0].ToInfo(Now());
        if (options?.IncludePayload != true || info.CreatedAt is null)
            return info;

        var bytes = await _commands.ReadAsync(found[0].Key, cancellationToken).ConfigureAwait(false);
        var isSame = bytes is not null && bytes.AsSpan().StartsWith(found[0].Identity);
        return isSame ? info with { Payload = bytes.AsMemory((int)(info.StoredBytes - info.PayloadBytes)) } : info;
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(CacheEntryInfo entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await _commands.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var partitions = _partitions.Known().Keys.Partitions;
        if (entry.Partition < 0 || entry.Partition >= partitions.Count)
            throw new ArgumentException("The entry does not belong to a partition of this cache.", nameof(entry));

        var key = StoredKey.Found(partitions[entry.Partition], entry.Region, entry.BuildNamespace ?? BuildName.Shared, entry.Key, entry.IsKeyHashed);
        if (entry.Region == _distributed)
            return await _commands.RemoveAsync(key, cancellationToken).ConfigureAwait(false);

        // Instances may have local copies, and only a numbered removal is announced to them.
        var start = await _commands.PeekAsync([(key, 1)], cancellationToken).ConfigureAwait(false);
        await _commands.BoundAsync(() => _entries.RemoveStoredAsync(key), cancellationToken).ConfigureAwait(false);
        return !start[0].IsGone;
    }

    private string BuildOf(string? name) => string.IsNullOrEmpty(name) ? _settings.BuildNamespace : BuildName.Normalize(name);

    private static void CheckRegion(string region, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(region, parameter);
        if (region.Length > 32 || !region.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"A region name must be 1 to 32 ASCII letters, digits, '-', '_' or '.', but was '{region}'.", parameter);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
