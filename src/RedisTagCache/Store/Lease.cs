namespace RedisTagCache.Store;

/// <summary>The answer to asking for the right to compute a value.</summary>
/// <param name="Verdict">Who has it.</param>
/// <param name="Version">For a value whose computation begins now.</param>
/// <param name="Removal">The newest removal now.</param>
/// <param name="Left">For how long it is taken.</param>
internal readonly record struct Lease(LeaseVerdict Verdict, CacheVersion Version, long Removal, TimeSpan Left);
