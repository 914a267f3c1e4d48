using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>Requests that another site makes an operator's browser send.</summary>
public sealed partial class ForeignRequestTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(false, null, null, false)]
    [InlineData(false, "same-origin", "http://pages.example", false)]
    [InlineData(true, "same-origin", null, true)]
    [InlineData(true, "same-site", null, false)]
    [InlineData(true, "cross-site", "http://pages.example", false)]
    [InlineData(true, null, "http://pages.example", true)]
    [InlineData(true, null, "https://pages.example", true)]
    [InlineData(true, null, "http://pages.example:81", false)]
    [InlineData(true, null, "http://evil.example", false)]
    [InlineData(true, null, "null", false)]
    public async Task Post_IsTakenFromTheSameOriginAlone(bool hasHeader, string? site, string? origin, bool isTaken)
    {
        await using var app = await OperationsApp.StartAsync(redis.ConnectionString, _prefix);
        await app.Services.SetAsync("k", "t");
        using var response = await app.PostAsync("/evict", new { tags = new[] { "t" } }, request =>
        {
            if (!hasHeader)
                request.Headers.Remove(OperationsApp.Header);
            if (site is not null)
                request.Headers.Add("Sec-Fetch-Site", site);
            if (origin is not null)
                request.Headers.Add("Origin", origin);
        });
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(isTaken, await app.Services.GetAsync("k") is null);
    }

    [Theory]
    [InlineData("/find")]
    [InlineData("/inspect")]
    [InlineData("/evict")]
    [InlineData("/expire")]
    [InlineData("/remove")]
    public async Task Post_WhereTheApplicationHasAntiforgery_NeedsTheTokenOfThePage(string path)
    {
        await using var app = await OperationsApp.StartAsync(redis.ConnectionString, _prefix, services: services => services.AddAntiforgery());
        await app.Services.SetAsync("k", "t");
        using var page = await app.Client.GetAsync(new Uri("/_cache", UriKind.Relative));
        var html = await page.Content.ReadAsStringAsync();
        var token = Token().Match(html).Groups[1].Value;
        Assert.NotEmpty(token);
        var body = new { region = "hybrid", key = "k", buildNamespace = "test", tag = "t", tags = new[] { "t" } };

        using var without = await app.PostAsync(path, body, request => Cookie(request, page));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        using var wrong = await app.PostAsync(path, body, request => Cookie(request, page).Headers.Add("RequestVerificationToken", "made up"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.NotNull(await app.Services.GetAsync("k"));
        using var with = await app.PostAsync(path, path == "/find" ? new { tag = "t" } : body, request => Cookie(request, page).Headers.Add("RequestVerificationToken", token));
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    private static HttpRequestMessage Cookie(HttpRequestMessage request, HttpResponseMessage page)
    {
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return request;
    }

    [GeneratedRegex("data-token=\"([^\"]+)\"")]
    private static partial Regex Token();
}
