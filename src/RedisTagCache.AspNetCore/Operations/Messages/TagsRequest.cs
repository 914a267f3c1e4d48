namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Which tags are evicted or expired.</summary>
/// <param name="Tags">At least one, at most 100.</param>
internal sealed record TagsRequest(IReadOnlyList<string> Tags);
