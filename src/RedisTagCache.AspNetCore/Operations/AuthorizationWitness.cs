using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>
/// A requirement that everybody meets, added to the page's endpoints: that it was evaluated proves that authorization has run for the endpoint that is about to be served. Of a pipeline
/// without authorization, with authorization before routing, or with authorization for an endpoint that was replaced since, it is not.
/// </summary>
internal sealed class AuthorizationWitness : AuthorizationHandler<AuthorizationWitness>, IAuthorizationRequirement, IAuthorizationRequirementData
{
    private static readonly object _seen = new();

    public static AuthorizationWitness Instance { get; } = new();

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];

    /// <summary>Whether authorization has run for the endpoint that is being served.</summary>
    public static bool HasSeen(HttpContext context) => context.Items.TryGetValue(_seen, out var endpoint) && ReferenceEquals(endpoint, context.GetEndpoint());

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AuthorizationWitness requirement)
    {
        if (context.Resource is HttpContext request)
            request.Items[_seen] = request.GetEndpoint();
        context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
