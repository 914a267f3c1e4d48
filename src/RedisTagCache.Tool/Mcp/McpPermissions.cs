namespace RedisTagCache.Tool.Mcp;

/// <summary>What the client may do beyond looking.</summary>
/// <param name="Evictions">Whether it may evict and remove.</param>
/// <param name="Payloads">Whether it may read the content of entries.</param>
internal sealed record McpPermissions(bool Evictions, bool Payloads);
