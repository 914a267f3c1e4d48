namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Redis has answered.</summary>
/// <param name="Removed">0 when there was no such entry any more.</param>
internal sealed record RemoveReply(int Removed);
