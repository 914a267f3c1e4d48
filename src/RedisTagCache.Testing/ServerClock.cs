using RedisTagCache.DependencyInjection;

namespace RedisTagCache.Testing;

/// <summary>The system's clock, which tests can advance. Timers run in real time, so that no timeout fires because of it.</summary>
internal sealed class ServerClock : TimeProvider, ISteadyTime
{
    private long _ahead;

    public TimeProvider Steady => System;

    public override TimeZoneInfo LocalTimeZone => System.LocalTimeZone;

    public override long TimestampFrequency => System.TimestampFrequency;

    private TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
