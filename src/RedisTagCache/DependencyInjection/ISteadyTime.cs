namespace RedisTagCache.DependencyInjection;

/// <summary>A clock that can be moved. Timeouts of calls must not follow it, so they use the clock that it provides for them.</summary>
internal interface ISteadyTime
{
    /// <summary>Gets a clock that nobody moves.</summary>
    TimeProvider Steady { get; }
}
