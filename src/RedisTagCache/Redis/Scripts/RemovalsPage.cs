namespace RedisTagCache.Redis.Scripts;

/// <summary>One page of the log of removals.</summary>
internal sealed record RemovalsPage(long Newest, long Floor, IReadOnlyList<RemovalRow> Removals, bool HasMore);

/// <summary>One entry that was removed or overwritten, and the number of that. Among them stands the newest number itself.</summary>
internal readonly record struct RemovalRow(byte[] Entry, long Number);
