using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>In Production, the page is served only if authorization has run for its own endpoint, however that endpoint is protected.</summary>
public sealed class AuthorizationTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly AuthorizationPolicy _ops = new AuthorizationPolicyBuilder().RequireClaim(ClaimTypes.Name, "ops").Build();

    private static readonly Dictionary<string, Action<IEndpointConventionBuilder>> _protections = new()
    {
        ["RequireAuthorization(name)"] = static page => page.RequireAuthorization("ops"),
        ["RequireAuthorization(policy)"] = static page => page.RequireAuthorization(_ops),
        ["RequireAuthorization(builder)"] = static page => page.RequireAuthorization(static policy => policy.RequireClaim(ClaimTypes.Name, "ops")),
        ["[Authorize] metadata"] = static page => page.WithMetadata(new AuthorizeAttribute("ops")),
        ["policy metadata"] = static page => page.WithMetadata(_ops),
        ["requirement metadata"] = static page => page.WithMetadata(new Requirements(_ops.Requirements)),
        ["policy metadata, added last"] = static page => page.Finally(static endpoint => endpoint.Metadata.Add(_ops)),
        ["policy and requirement metadata"] = static page => page.WithMetadata(_ops, new Requirements(_ops.Requirements)),
    };

    private static readonly string[] _withoutMiddleware = ["none", "before routing", "for another endpoint"];

    public static IEnumerable<TheoryDataRow<string>> Protections => _protections.Keys.Select(static name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string, string>> WithoutMiddleware =>
        from name in _protections.Keys from middleware in _withoutMiddleware select new TheoryDataRow<string, string>(name, middleware);

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task Page_ProtectedAndAuthorized_IsServedToThoseWhomThePolicyNames(string protection)
    {
        await using var app = await StartAsync("automatic", _protections[protection]);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, user: null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, "visitor"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "ops"));
    }

    [Theory]
    [MemberData(nameof(WithoutMiddleware))]
    public async Task Page_ProtectedButNotAuthorized_IsRefused(string protection, string middleware)
    {
        await using var app = await StartAsync(middleware, _protections[protection]);
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, "visitor", middleware == "for another endpoint" ? "/open" : "/_cache/stats"));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, "ops", middleware == "for another endpoint" ? "/open" : "/_cache"));
    }

    [Theory]
    [InlineData("automatic")]
    [InlineData("none")]
    public async Task Page_WithWhatProtectsNothing_IsRefused(string middleware)
    {
        foreach (var conventions in (Action<IEndpointConventionBuilder>[])
        [
            static _ => { },
            static page => page.WithMetadata(new Requirements([])),
            static page => page.WithMetadata(_ops).AllowAnonymous(),
            static page => page.WithMetadata(new Requirements(_ops.Requirements)).AllowAnonymous(),
        ])
        {
            await using var app = await StartAsync(middleware, conventions);
            Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, "ops"));
        }
    }

    [Fact]
    public async Task Page_WithAFallbackPolicyAlone_IsRefusedToThoseWhomThatPolicyAdmits()
    {
        await using var app = await StartAsync("automatic", static _ => { }, static options => options.FallbackPolicy = _ops);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, user: null));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, "ops"));
    }

    private Task<PageApp> StartAsync(string middleware, Action<IEndpointConventionBuilder> conventions, Action<AuthorizationOptions>? authorization = null) => OperationsApp.StartAsync(
        redis.ConnectionString,
        "t" + Guid.NewGuid().ToString("N"),
        environment: "Production",
        services: services =>
        {
            services.AddAuthentication("user").AddScheme<AuthenticationSchemeOptions, UserScheme>("user", null);
            services.AddAuthorization(options =>
            {
                options.AddPolicy("ops", _ops);
                authorization?.Invoke(options);
            });
        },
        conventions: conventions,
        pipeline: app => Authorize(app, middleware));

    private static void Authorize(WebApplication app, string middleware)
    {
        app.MapGet("/open", static () => "open");
        switch (middleware)
        {
            case "none":
                ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true; // what keeps the host from adding it
                break;
            case "before routing":
                app.UseAuthorization();
                app.UseRouting();
                break;
            case "for another endpoint":
                app.UseRouting();
                app.UseAuthentication();
                app.UseAuthorization();
                app.Use(static (context, next) =>
                {
                    if (context.Request.Path == "/open")
                        context.Request.Path = "/_cache/stats";
                    context.SetEndpoint(null);
                    return next(context);
                });
                app.UseRouting();
                break;
        }

        app.UseRedisTagOutputCache();
    }

    private static async Task<HttpStatusCode> StatusAsync(PageApp app, string? user, string path = "/_cache")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
            request.Headers.Add(UserScheme.Header, user);
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private sealed class Requirements(IEnumerable<IAuthorizationRequirement> requirements) : IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => requirements;
    }
}
