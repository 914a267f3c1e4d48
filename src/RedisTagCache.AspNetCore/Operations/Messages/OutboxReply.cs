namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>What waits in the outbox of the cache.</summary>
/// <param name="Pending">The rows that wait.</param>
/// <param name="OldestAgeSeconds">The age of the oldest of them.</param>
/// <param name="IsLate">Whether that is more than the health check expects.</param>
/// <param name="SetAside">The rows that were set aside because a tag was rejected.</param>
internal sealed record OutboxReply(long Pending, TimeSpan OldestAgeSeconds, bool IsLate, long SetAside);
