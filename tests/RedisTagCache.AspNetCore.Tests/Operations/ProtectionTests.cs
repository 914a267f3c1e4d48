using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>Who may open the page.</summary>
public sealed class ProtectionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly List<Exception> _thrown = [];

    public static IEnumerable<TheoryDataRow<string>> Paths => new[] { "", "/stats", "/status", "/servers" }.Select(path => new TheoryDataRow<string>("/_cache" + path));

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_WithoutAPolicyOutsideOfDevelopment_IsRefused_AndTheRestGoesOn(string path)
    {
        await using var app = await StartAsync("Production");
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, path));
        Assert.Contains("RequireAuthorization", Assert.IsType<InvalidOperationException>(Assert.Single(_thrown)).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/page"));
        using var post = await app.PostAsync("/evict", new { tags = new[] { "page" } });
        Assert.Equal(HttpStatusCode.InternalServerError, post.StatusCode);
    }

    [Fact]
    public async Task Page_WithAPolicyThatIsLifted_IsRefused()
    {
        await using var app = await StartAsync("Production", conventions: mapped => mapped.RequireAuthorization("ops").AllowAnonymous());
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(app, "/_cache", "ops"));
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Page_WithAPolicy_IsForThoseItNames(string environment)
    {
        await using var app = await StartAsync(environment, conventions: mapped => mapped.RequireAuthorization("ops"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, "/_cache"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, "/_cache", "visitor"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/_cache", "ops"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/_cache/stats", "ops"));
        await app.Services.SetAsync("k", "t");
        using var refused = await app.PostAsync("/evict", new { tags = new[] { "t" } }, request => request.Headers.Add(UserScheme.Header, "visitor"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.NotNull(await app.Services.GetAsync("k"));
    }

    [Fact]
    public async Task Page_InDevelopmentOrWhereTheOptionSaysSo_IsOpen()
    {
        await using var developed = await StartAsync("Development");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(developed, "/_cache"));
        await using var opened = await StartAsync("Production", options => options.AllowAnonymous = true);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(opened, "/_cache"));
    }

    [Fact]
    public async Task Change_OfAReadOnlyPage_IsForbidden_AndLookingIsNot()
    {
        await using var app = await StartAsync("Development", options => options.IsReadOnly = true);
        await app.Services.SetAsync("k", "t");
        var entry = (await app.AskAsync("/find", new { tag = "t" })).GetProperty("entries")[0];
        foreach (var (path, body) in new (string, object)[] { ("/evict", new { tags = new[] { "t" } }), ("/expire", new { tags = new[] { "t" } }), ("/remove", entry) })
        {
            using var response = await app.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        Assert.Equal("fresh", (await app.AskAsync("/inspect", new { region = "hybrid", key = "k" })).GetProperty("status").GetString());
        Assert.Contains("data-read-only=\"true\"", await app.GetAsync("/_cache"), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(PageApp app, string path, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
            request.Headers.Add(UserScheme.Header, user);
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private Task<PageApp> StartAsync(string environment, Action<RedisTagCacheEndpointOptions>? configure = null, Action<IEndpointConventionBuilder>? conventions = null) =>
        OperationsApp.StartAsync(redis.ConnectionString, _prefix, configure, environment, Register, conventions);

    private void Register(IServiceCollection services)
    {
        services.AddAuthentication("user").AddScheme<AuthenticationSchemeOptions, UserScheme>("user", null);
        services.AddAuthorization(options => options.AddPolicy("ops", policy => policy.RequireClaim(ClaimTypes.Name, "ops")));
        services.AddBefore(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (InvalidOperationException e)
            {
                _thrown.Add(e);
                throw;
            }
        });
    }
}
