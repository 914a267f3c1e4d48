namespace RedisTagCache.Diagnostics.Advice;

/// <summary>Checks the version, the persistence, and the clock of a server.</summary>
internal static class ServerAdvice
{
    public const string VersionRemedy = "It must be 6.0 or later.";
    public const string PersistenceEffect = "could not write to disk, and may reject all writes because of it";
    public const string PersistenceRemedy = "Free its disk, or turn persistence off: the cache needs none.";
    public const string ClockEffect = "Evictions do not depend on it; lifetimes differ by that much.";
    public const string ClockRemedy = "Synchronize the clocks (NTP).";

    private static readonly Version _oldest = new(6, 0);
    private static readonly TimeSpan _apart = TimeSpan.FromSeconds(2);

    public static DocumentationLink VersionPage { get; } = new("engines.md");

    public static DocumentationLink PersistencePage { get; } = new("operations.md#servers-persistence-and-replication");

    public static DocumentationLink ClockPage { get; } = new("known-limitations.md#11-times-measured-by-instance-clocks");

    /// <summary>Returns the version if the cache does not support it.</summary>
    public static Version? TooOld(string engine, string? number) =>
        engine is "Redis" or "Valkey" && Version.TryParse(number, out var version) && version < _oldest ? version : null;

    /// <summary>Returns whether the server could not save its data the last time it tried.</summary>
    public static bool IsPersistenceFailing(ServerReport server) => server["rdb_last_bgsave_status"] is "err" || server["aof_last_write_status"] is "err";

    /// <summary>Returns by how much the clock of a server differs from the local clock, at least.</summary>
    /// <param name="there">The time of the server, between the other two.</param>
    /// <param name="before">The local time before the server was asked.</param>
    /// <param name="after">The local time after it answered.</param>
    public static TimeSpan ClockDifference(DateTimeOffset there, DateTimeOffset before, DateTimeOffset after) =>
        there < before ? before - there
        : there > after ? there - after
        : TimeSpan.Zero;

    /// <summary>Returns whether two clocks differ by so much that lifetimes are wrong.</summary>
    /// <param name="difference">The difference, in either direction.</param>
    public static bool AreClocksApart(TimeSpan difference) => difference.Duration() > _apart;
}
