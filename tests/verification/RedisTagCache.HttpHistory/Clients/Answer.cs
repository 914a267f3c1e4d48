using RedisTagCache.HttpHistory.Application;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>What a client got. Used again for its next request.</summary>
internal sealed class Answer
{
    /// <summary>Zero when the connection ended before there was one.</summary>
    public int Status { get; set; }

    public CacheStatus Cache { get; set; }

    /// <summary>What its entity tag tells.</summary>
    public Facts? Tag { get; set; }

    /// <summary>What its body tells.</summary>
    public Facts? Body { get; set; }

    public long Nonce { get; set; }

    public bool SetsCookie { get; set; }

    /// <summary>The length that it announced; -1 when it did not.</summary>
    public long ContentLength { get; set; }

    public bool IsChunked { get; set; }

    public long Received { get; set; }

    /// <summary>Whether there was a byte in the body that belongs to another rendering.</summary>
    public bool IsMixed { get; set; }

    /// <summary>Whether the body came to its end.</summary>
    public bool IsWhole { get; set; }

    public long HeadersAt { get; set; }

    /// <summary>Where in the body the facts have ended.</summary>
    public int FillerFrom { get; set; }

    public Facts? Facts => Body ?? Tag;

    public void Clear()
    {
        (Status, Cache, Tag, Body, Nonce, SetsCookie) = (0, CacheStatus.None, null, null, 0, false);
        (ContentLength, IsChunked, Received, IsMixed, IsWhole, HeadersAt) = (-1, false, 0, false, false, 0);
    }
}
