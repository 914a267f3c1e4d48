namespace RedisTagCache.History.Recording;

/// <summary>One process of the fleet.</summary>
/// <param name="Index">Its place.</param>
/// <param name="Life">How many processes had that place before it.</param>
internal readonly record struct WorkerId(int Index, int Life)
{
    public override string ToString() => FormattableString.Invariant($"worker {Index}.{Life}");
}
