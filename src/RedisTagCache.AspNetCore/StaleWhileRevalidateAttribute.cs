namespace RedisTagCache.AspNetCore;

/// <summary>Specifies how long pages of an endpoint are still served after their expiration, while they are refreshed in the background.</summary>
/// <param name="seconds">The window in seconds. Must be between zero (not at all) and 31,536,000.</param>
/// <exception cref="ArgumentOutOfRangeException">The window is out of range.</exception>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StaleWhileRevalidateAttribute(int seconds) : Attribute
{
    /// <summary>Gets the window in seconds.</summary>
    public int Seconds { get; } = seconds is >= 0 and <= 31_536_000
        ? seconds
        : throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "The stale window must be between 0 and 31,536,000 seconds (a year).");
}
