using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.Eviction;

/// <summary>The tag that every page has of its path, so that it can be evicted in all its variants.</summary>
internal static class PathTag
{
    /// <summary>Without regard to case, as paths are by default.</summary>
    public static string Of(PathString path) => "@path:" + (path.HasValue ? path.Value!.ToUpperInvariant() : "/");
}
