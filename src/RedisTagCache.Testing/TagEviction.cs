using System.Text;
using RedisTagCache.Tags;

namespace RedisTagCache.Testing;

/// <summary>Represents the eviction or the expiration of a tag.</summary>
public sealed class TagEviction
{
    private readonly byte[] _id;

    internal TagEviction(byte[] member, string keyPrefix, DateTimeOffset at)
    {
        _id = member[1..];
        IsExpiration = member[0] == (byte)'s';
        KeyPrefix = keyPrefix;
        At = at;
    }

    /// <summary>Gets the tag as it was evicted. The tag <c>*</c> evicts all pages and values. If the tag is longer than 256 bytes, the result is its hash.</summary>
    public string Tag => _id[0] == (byte)'=' ? Encoding.UTF8.GetString(_id.AsSpan(1)) : "#" + Convert.ToHexStringLower(_id.AsSpan(1));

    /// <summary>Gets whether the tag was expired rather than evicted: entries with it became stale.</summary>
    public bool IsExpiration { get; }

    /// <summary>Gets the key prefix of the cache: <c>rtc</c> by default, and <c>rtc.NAME</c> for a named cache.</summary>
    public string KeyPrefix { get; }

    /// <summary>Gets the time of the eviction, by the clock of the server.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Returns whether the eviction reached entries with a tag. Tags are not case-sensitive.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns><see langword="true"/> if it was this tag or <c>*</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is not a valid tag.</exception>
    public bool Reaches(string tag) => _id is [(byte)'=', (byte)'*'] || TagFold.AreEqual(_id, TagId.Of(tag, nameof(tag)));

    /// <summary>Returns the tag, the key prefix, and the time.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Tag} ({KeyPrefix}, {(IsExpiration ? "expired" : "evicted")} {At:O})";
}
