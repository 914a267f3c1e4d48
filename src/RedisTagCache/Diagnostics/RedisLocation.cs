namespace RedisTagCache.Diagnostics;

/// <summary>Where a cache lies, as log lines say it: addresses without credentials, and the prefix.</summary>
internal readonly record struct RedisLocation(string Addresses, string KeyPrefix)
{
    public override string ToString() => $"{Addresses} (key prefix '{KeyPrefix}')";
}
