using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>Finds out whether an endpoint requires an authenticated user.</summary>
internal static class Protection
{
    public static bool IsGiven(EndpointMetadataCollection metadata) => IsGiven((IReadOnlyList<object>)metadata);

    public static bool IsGiven(IReadOnlyList<object> metadata) =>
        metadata.Any(static item => item is IAuthorizeData or AuthorizationPolicy || (item is IAuthorizationRequirementData data and not AuthorizationWitness && data.GetRequirements().Any()))
        && !metadata.Any(static item => item is IAllowAnonymous);
}
