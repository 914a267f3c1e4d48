namespace RedisTagCache.AspNetCore;

/// <summary>For how long pages of an endpoint are still served after their expiry, while they are rendered again behind their visitors.</summary>
/// <param name="seconds">The window in seconds. Zero (not at all) to 31,536,000.</param>
/// <exception cref="ArgumentOutOfRangeException">The window is out of range.</exception>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StaleWhileRevalidateAttribute(int seconds) : Attribute
{
    /// <summary>The window in seconds.</summary>
    public int Seconds { get; } = seconds is >= 0 and <= 31_536_000
        ? seconds
        : throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "The stale window is 0 to 31,536,000 seconds (a year).");
}
