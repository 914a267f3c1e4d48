namespace RedisTagCache.Store;

/// <summary>A lease that this instance owns. It is released by the write, or by one of these methods.</summary>
internal interface IHeldLease
{
    /// <summary>Releases the lease without a value.</summary>
    /// <param name="pause">How long callers that have an old value do not try again. Zero for not at all.</param>
    ValueTask ReleaseAsync(TimeSpan pause);

    /// <summary>Releases the lease because the value is not stored. Those that wait for it compute their own, and not one after the other.</summary>
    /// <param name="duration">How long. Then one caller is asked to lead again.</param>
    ValueTask PassAsync(TimeSpan duration);
}
