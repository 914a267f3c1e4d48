namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Which entry is looked at.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Key">The key.</param>
/// <param name="BuildNamespace">The build; this one where none is said.</param>
internal sealed record InspectRequest(string Region, string Key, string? BuildNamespace);
