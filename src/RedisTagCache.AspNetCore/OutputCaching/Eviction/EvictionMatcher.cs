using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>
/// Prepares evictions when routing has found an endpoint that evicts, so that it evicts in an application without the cache's middleware as well.
/// Routing asks only for paths that have, or may have, such an endpoint.
/// </summary>
internal sealed class EvictionMatcher(EvictAfterResponse evictions) : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>Gets the place among the policies: after those that rule endpoints out, such as by method.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return ContainsDynamicEndpoints(endpoints) || endpoints.Any(static endpoint => endpoint.Metadata.GetMetadata<EvictOutputCacheAttribute>() is not null);
    }

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i))
                continue;
            var (endpoint, values) = (candidates[i].Endpoint, candidates[i].Values);
            var evicting = evictions.Prepare(httpContext, endpoint, values);
            if (evicting != endpoint)
                candidates.ReplaceEndpoint(i, evicting, values);
            break; // they are sorted, the best one first
        }

        return Task.CompletedTask;
    }
}
