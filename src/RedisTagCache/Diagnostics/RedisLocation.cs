namespace RedisTagCache.Diagnostics;

/// <summary>Formats the location of a cache for log lines: addresses without credentials, and the prefix.</summary>
internal readonly record struct RedisLocation(string Addresses, string KeyPrefix)
{
    public override string ToString() => $"{Addresses} (key prefix '{KeyPrefix}')";
}
