namespace RedisTagCache.Soak.Load;

/// <summary>A change of an article. Its version stands in the headline.</summary>
internal sealed class Edit(int version)
{
    private volatile bool _isWithdrawn;

    public int Version => version;

    /// <summary>Whether its eviction proved not to have been confirmed, so that older pages are no violation.</summary>
    public bool IsWithdrawn => _isWithdrawn;

    public void Withdraw() => _isWithdrawn = true;
}
