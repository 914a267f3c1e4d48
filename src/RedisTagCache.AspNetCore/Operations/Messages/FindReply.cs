namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>What was found.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="KeysLookedAt">Keys of the cache that were looked at.</param>
/// <param name="IsComplete">Whether these were all.</param>
/// <param name="EndedBy">Otherwise what ended the search: <c>limit</c> or <c>time</c>.</param>
/// <param name="InvalidatedNotShown">Entries that fit, but are invalidated and were asked not to be shown.</param>
internal sealed record FindReply(IReadOnlyList<EntryReply> Entries, long KeysLookedAt, bool IsComplete, string? EndedBy, int InvalidatedNotShown);
