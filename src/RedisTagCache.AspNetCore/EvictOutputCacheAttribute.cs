namespace RedisTagCache.AspNetCore;

/// <summary>
/// Evicts tags once the action or endpoint has answered with success (a status below 400), before the response is sent: what its caller asks for next is new.
/// </summary>
/// <remarks>
/// Works for controllers, Razor Pages and minimal APIs behind <c>UseOutputCache()</c> or <c>UseRedisTagOutputCache()</c>. When Redis is away the
/// response is sent all the same: the failure is logged, and the eviction repeated when Redis is back.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class EvictOutputCacheAttribute : Attribute
{
    /// <summary>
    /// The tags. Names in braces stand for route values or else for values of the query, as in <c>article:{id}</c>; a tag whose value is missing is
    /// left out. <c>*</c> evicts everything.
    /// </summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Whether the entries only become stale: served while they are refreshed. Default <see langword="false"/>: they are gone.</summary>
    public bool Soft { get; init; }
}
