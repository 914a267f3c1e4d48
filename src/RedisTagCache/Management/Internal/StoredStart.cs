namespace RedisTagCache.Management.Internal;

/// <summary>Represents the first bytes that are stored under a key, and what is known about the rest.</summary>
/// <param name="Bytes">The first bytes.</param>
/// <param name="Length">How many there are in all; 0 when the key is gone, -1 when it is no string.</param>
/// <param name="TimeToLive">How long Redis stores it; null if it does not expire.</param>
internal readonly record struct StoredStart(byte[] Bytes, long Length, TimeSpan? TimeToLive)
{
    public bool IsGone => Length == 0;
}
