namespace RedisTagCache.Redis.Scripts;

/// <summary>One page of tag invalidations: complete up to the stamp when it is not followed by more.</summary>
internal sealed record TagInvalidationPage(EpochStamp Stamp, long Floor, IReadOnlyList<TagInvalidationRow> Invalidations, bool HasMore);

/// <summary>One member of the tag invalidations and its epoch. Among the members stands the floor itself.</summary>
internal readonly record struct TagInvalidationRow(byte[] Member, long Epoch);
