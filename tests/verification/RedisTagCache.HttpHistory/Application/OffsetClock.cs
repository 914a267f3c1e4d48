namespace RedisTagCache.HttpHistory.Application;

/// <summary>The clock of an instance that is not right. Timers and time stamps are those of the machine.</summary>
internal sealed class OffsetClock(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
}
