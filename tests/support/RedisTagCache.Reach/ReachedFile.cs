namespace RedisTagCache.Reach;

/// <summary>A file that a walk found.</summary>
/// <param name="File">Its path from src/.</param>
/// <param name="Depth">How many members lie between it and the entry method.</param>
/// <param name="Through">The member that uses what stands in it.</param>
public sealed record ReachedFile(string File, int Depth, string Through);
