using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>The last version that was sent to a partition, as text. Until the next eviction, all writes have the same.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class VersionText
{
    private Entry? _last;

    /// <summary>Returns the text of a version.</summary>
    public RedisValue Of(in EpochStamp version)
    {
        if (Volatile.Read(ref _last) is { } last && last.Version == version)
            return last.Text;
        var entry = new Entry(version, version.ToString());
        Volatile.Write(ref _last, entry);
        return entry.Text;
    }

    private sealed record Entry(EpochStamp Version, RedisValue Text);
}
