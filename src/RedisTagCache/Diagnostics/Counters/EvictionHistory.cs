using System.Text;
using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>The last evictions that this instance made or received. Received ones are recorded for the first partition only. Its own are received too, and recognized by their epoch.</summary>
internal sealed class EvictionHistory(TimeProvider time)
{
    private const int Most = 50;
    private const int MaxTags = 10;
    private const byte Readable = (byte)'=';

    private readonly Lock _lock = new();
    private readonly LinkedList<(RecentEviction Eviction, long Epoch, string[]? Unconfirmed)> _evictions = [];
    private readonly Queue<long> _own = [];

    public void Add(string[] tags, bool isExpiry, bool isConfirmed) => Add(epoch: 0, new RecentEviction
    {
        At = time.GetUtcNow(),
        IsExpiry = isExpiry,
        IsOwn = true,
        IsConfirmed = isConfirmed,
        TagCount = tags.Length,
        Tags = [.. tags.Take(MaxTags)],
    }, isConfirmed ? null : tags);

    /// <summary>Marks evictions by this instance as confirmed if Redis has confirmed the retry of all their tags.</summary>
    /// <param name="isOwed">Returns whether Redis has not confirmed the eviction of a tag, or its expiry.</param>
    public void Confirm(Func<string, bool, bool> isOwed)
    {
        lock (_lock)
        {
            for (var node = _evictions.First; node is not null; node = node.Next)
            {
                var (eviction, epoch, unconfirmed) = node.Value;
                if (unconfirmed is not null && !Array.Exists(unconfirmed, tag => isOwed(tag, eviction.IsExpiry)))
                    node.Value = (eviction.Confirmed(), epoch, null);
            }
        }
    }

    /// <summary>Notes the epoch of an eviction by this instance. The message about it, which may have arrived already, is not recorded again.</summary>
    public void Claim(long epoch)
    {
        lock (_lock)
        {
            for (var node = _evictions.First; node is not null; node = node.Next)
            {
                if (node.Value.Epoch != epoch)
                    continue;
                _evictions.Remove(node);
                return;
            }

            _own.Enqueue(epoch);
            if (_own.Count > Most)
                _own.Dequeue();
        }
    }

    /// <summary>Records an eviction that a message announced.</summary>
    public void Record(long epoch, IReadOnlyCollection<byte[]> members)
    {
        var eviction = new RecentEviction
        {
            At = time.GetUtcNow(),
            IsExpiry = members.FirstOrDefault() is [(byte)'s', ..],
            IsOwn = false,
            IsConfirmed = true,
            TagCount = members.Count,
            Tags = [.. members.Where(static member => member is [_, Readable, ..]).Take(MaxTags).Select(static member => Encoding.UTF8.GetString(member.AsSpan(2)))],
        };
        lock (_lock)
        {
            if (!_own.Contains(epoch))
                Add(epoch, eviction);
        }
    }

    public IReadOnlyList<RecentEviction> Read()
    {
        lock (_lock)
            return [.. _evictions.Select(static row => row.Eviction)];
    }

    private void Add(long epoch, RecentEviction eviction, string[]? unconfirmed = null)
    {
        lock (_lock)
        {
            _evictions.AddFirst((eviction, epoch, unconfirmed));
            if (_evictions.Count > Most)
                _evictions.RemoveLast();
        }
    }
}
