namespace RedisTagCache.AspNetCore.Operations;

/// <summary>Which entry is looked at.</summary>
/// <param name="Surface">The surface's name.</param>
/// <param name="Key">The key.</param>
/// <param name="BuildNamespace">The build; this one where none is said.</param>
internal sealed record InspectRequest(string Surface, string Key, string? BuildNamespace);
