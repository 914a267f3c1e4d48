using RedisTagCache.Outbox;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>One tag of an entity, made of its values.</summary>
/// <param name="Action">What happens to the entries with the tag.</param>
/// <param name="Tag">Makes the tag. Nothing if the entity has none.</param>
internal sealed record TagRule(OutboxAction Action, Func<object, string?> Tag);
