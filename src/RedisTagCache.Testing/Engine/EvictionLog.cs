using System.Text;
using RedisTagCache.Testing.Protocol;
using RedisTagCache.Testing.Scripting;

namespace RedisTagCache.Testing.Engine;

/// <summary>The evictions that the server has confirmed, in their order.</summary>
internal sealed class EvictionLog(TimeProvider time)
{
    /// <summary>The arguments of the script that stand before the tags.</summary>
    private const int ArgumentsBeforeTags = 3;

    private static readonly Lazy<string> _script = new(static () => LibraryScripts.Eviction);

    private readonly Lock _lock = new();
    private readonly List<TagEviction> _evictions = [];
    private readonly Dictionary<string, string> _partitions = new(StringComparer.Ordinal);

    public IReadOnlyList<TagEviction> All
    {
        get
        {
            lock (_lock)
                return [.. _evictions];
        }
    }

    public void Clear()
    {
        lock (_lock)
            _evictions.Clear();
    }

    /// <summary>Records what a script has done, if it evicts tags.</summary>
    public void Record(string hash, byte[][] keys, byte[][] arguments, RespReply reply)
    {
        if (hash != _script.Value || reply.Items.Count == 0)
            return;
        var name = Encoding.UTF8.GetString(keys[0]);
        name = name[1..name.IndexOf('}', StringComparison.Ordinal)];
        var prefix = name[..name.LastIndexOf(':')];
        lock (_lock)
        {
            // An eviction writes to each partition, and counts once.
            if (!_partitions.TryAdd(prefix, name) && _partitions[prefix] != name)
                return;
            var now = time.GetUtcNow();
            _evictions.AddRange(arguments.Skip(ArgumentsBeforeTags).Select(member => new TagEviction(member, prefix, now)));
        }
    }
}
