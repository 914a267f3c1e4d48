using RedisTagCache.Topology;

namespace RedisTagCache.Scripts;

/// <summary>What came of storing or overwriting a value.</summary>
/// <param name="Stored">Whether it is stored.</param>
/// <param name="Stamp">The stamp now.</param>
/// <param name="Removal">The newest removal; of an overwrite its own number.</param>
/// <param name="Before">Of an overwrite: the number before it.</param>
internal readonly record struct FillReply(bool Stored, EpochStamp? Stamp, long Removal, long Before = 0);
