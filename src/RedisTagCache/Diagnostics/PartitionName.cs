namespace RedisTagCache.Diagnostics;

/// <summary>A partition as log lines name it; the only one has no number.</summary>
internal readonly record struct PartitionName(int? Number)
{
    public override string ToString() => Number is { } number ? $"partition {number}" : "the cache";
}
