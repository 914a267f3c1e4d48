namespace RedisTagCache.Outbox;

/// <summary>Describes what waits in an outbox table.</summary>
public sealed class OutboxStatus
{
    internal OutboxStatus(long pending, TimeSpan oldestAge, long setAside) => (Pending, OldestAge, SetAside) = (pending, oldestAge, setAside);

    /// <summary>Gets the number of rows that wait to be evicted, or were evicted and wait to be deleted.</summary>
    public long Pending { get; }

    /// <summary>Gets the age of the oldest of them by the clock of the database. Zero if there is none.</summary>
    public TimeSpan OldestAge { get; }

    /// <summary>Gets the number of rows that were set aside because a tag in them was rejected. They are not tried again.</summary>
    public long SetAside { get; }
}
