using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>The document, and how it is mapped.</summary>
public sealed partial class DocumentTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Document_CarriesAllItNeeds_AndAPolicyThatAllowsNothingElse()
    {
        await using var app = await OperationsApp.StartAsync(redis.ConnectionString, _prefix);
        using var response = await app.Client.GetAsync(new Uri("/_cache", UriKind.Relative));
        var html = await response.Content.ReadAsStringAsync();
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        foreach (var part in new[] { "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'" })
            Assert.Contains(part, policy, StringComparison.Ordinal);
        var inline = Inline().Matches(html);
        Assert.Equal(6, inline.Count);
        Assert.All(inline, part => Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(part.Groups[2].Value))), policy, StringComparison.Ordinal));
        Assert.DoesNotMatch("""(?:src|href|action)=["'](?!data:|#)""", html);
        Assert.DoesNotMatch("""\son\w+=|\sstyle=""", html);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("/_cache", "/_cache")]
    [InlineData("/_cache/", "/_cache")]
    [InlineData("/a%22%3Cb/_cache", "/a%22%3Cb/_cache")]
    public async Task Document_KnowsWhereItIs(string path, string expected)
    {
        await using var app = await PageApp.StartAsync(
            redis.ConnectionString,
            app =>
            {
                app.MapRedisTagCache("/_cache");
                app.MapGroup("/{tenant}").MapRedisTagCache("/_cache");
            },
            environment: "Development");
        var found = Base().Match(await app.GetAsync(path)).Groups[1].Value;
        Assert.Equal(expected, found);
        await app.GetAsync(expected + "/stats");
    }

    [Fact]
    public async Task Responses_AreNeverKeptByOutputCaching()
    {
        await using var app = await OperationsApp.StartAsync(
            redis.ConnectionString,
            _prefix,
            services: services => services.Configure<OutputCacheOptions>(options => options.AddBasePolicy(policy => policy.Cache())),
            conventions: mapped => mapped.CacheOutput(policy => policy.Expire(TimeSpan.FromHours(1)).Tag("operations")));
        foreach (var path in new[] { "", "/stats", "/status", "/page" })
        {
            for (var i = 0; i < 2; i++)
            {
                using var response = await app.Client.GetAsync(new Uri(path == "/page" ? path : "/_cache" + path, UriKind.Relative));
                Assert.Null(path == "/page" ? null : response.Headers.Age);
            }
        }

        var kept = new List<string>();
        await foreach (var entry in app.Services.GetRequiredService<ITagCacheInspector>().FindAsync(new CacheEntryQuery()))
            kept.Add(entry.Key);
        Assert.Contains("/PAGE", Assert.Single(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_AndTheDocumentItself_ConnectNowhere()
    {
        var connections = 0;
        await using var app = await OperationsApp.StartAsync(redis.ConnectionString, _prefix, cache: options => options.ConnectionMultiplexerFactory = async () =>
        {
            connections++;
            return await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        });
        await app.GetAsync("/_cache");
        await app.GetAsync("/_cache/stats");
        Assert.Equal(0, connections);
        await app.GetAsync("/_cache/status");
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task Mapping_WithoutACacheOrWithAWrongOption_SaysSo()
    {
        await using var without = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddRedisTagCache", Assert.Throws<InvalidOperationException>(() => without.MapRedisTagCache()).Message, StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddRedisTagCache();
        await using var with = builder.Build();
        Assert.Throws<ArgumentOutOfRangeException>(() => with.MapRedisTagCache("/_cache", options => options.SearchTime = TimeSpan.Zero));
        with.MapRedisTagCache();
    }

    [GeneratedRegex("<(style|script)>(.*?)</\\1>", RegexOptions.Singleline)]
    private static partial Regex Inline();

    [GeneratedRegex("data-base=\"([^\"]*)\"")]
    private static partial Regex Base();
}
