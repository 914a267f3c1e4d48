namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>An entry to remove, as it was found.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="BuildNamespace">The build; none where all share it.</param>
/// <param name="Key">The key, or its hash.</param>
/// <param name="IsKeyHashed">Whether it is the hash.</param>
/// <param name="Partition">The partition it was found in.</param>
internal sealed record RemoveRequest(string Region, string? BuildNamespace, string Key, bool IsKeyHashed, int Partition);
