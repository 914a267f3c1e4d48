using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where an entry lies, and the lease on computing its value.</summary>
internal readonly record struct LeasedAddress(EntryAddress Entry, RedisKey Lease)
{
    /// <summary>Stands for every address as long as it is not known how the keys are spread.</summary>
    public static LeasedAddress Nowhere { get; } = new(new EntryAddress(Partition.Nowhere, default), default);
}
