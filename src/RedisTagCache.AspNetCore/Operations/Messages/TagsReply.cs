namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Redis has confirmed it.</summary>
/// <param name="Done">Always true.</param>
/// <param name="Tags">The tags.</param>
internal sealed record TagsReply(bool Done, IReadOnlyList<string> Tags);
