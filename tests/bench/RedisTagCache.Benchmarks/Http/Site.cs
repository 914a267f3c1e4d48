using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RedisTagCache.Benchmarks.Http;

/// <summary>A small web application with output caching, in a process of its own. It says its address, and what it has used whenever it is asked.</summary>
internal static class Site
{
    public static async Task RunAsync(SiteKind kind, string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        AddCaching(builder.Services, kind, connectionString);
        await using var app = builder.Build();
        if (kind is SiteKind.Ours or SiteKind.OursWithoutCopies)
            app.UseRedisTagOutputCache();
        else
            app.UseOutputCache();
        app.MapGet("/page/{size:int}/{number:int}", static (int size, int number) => Results.Text(Page(size, number)))
            .CacheOutput(static policy => policy.Expire(TimeSpan.FromHours(1)).Tag("page", "article", "category"));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(ProcessState.Now());
    }

    private static void AddCaching(IServiceCollection services, SiteKind kind, string connectionString)
    {
        switch (kind)
        {
            case SiteKind.Memory:
                services.AddOutputCache();
                break;
            case SiteKind.Microsoft:
                services.AddOutputCache().AddStackExchangeRedisOutputCache(options => options.Configuration = connectionString);
                break;
            default:
                services.AddRedisTagCache(options =>
                {
                    options.Configuration = connectionString;
                    options.BuildNamespace = kind.ToString();
                });
                services.AddRedisTagOutputCache(configurePages: options => options.LocalCacheBytes = kind == SiteKind.Ours ? 64 * 1024 * 1024 : 0);
                break;
        }
    }

    private static string Page(int size, int number) => new StringBuilder(size).Append(number).Append('x', size).ToString(0, size);
}
