namespace RedisTagCache.Redis.Scripts;

/// <summary>One page of marks: complete up to the stamp when it is not followed by more.</summary>
internal sealed record MarksPage(EpochStamp Stamp, long Floor, IReadOnlyList<MarkRow> Marks, bool HasMore);

/// <summary>One member of the marks and its epoch. Among the members stands the floor itself.</summary>
internal readonly record struct MarkRow(byte[] Member, long Epoch);
