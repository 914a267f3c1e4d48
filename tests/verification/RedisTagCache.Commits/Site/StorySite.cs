using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RedisTagCache.Commits.Site;

/// <summary>A web application that serves a story as a page and as a value, and saves it without any call to evict.</summary>
internal static class StorySite
{
    /// <summary>The first argument of a process that is one.</summary>
    public const string Role = "site";

    /// <summary>What a process writes when it begins to save.</summary>
    public const string Saving = "saving";

    private static int _rendered;

    /// <summary>Runs it until its input ends. It says its address when it has started.</summary>
    public static async Task RunAsync(string redis, string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRedisTagCache(options =>
        {
            options.Configuration = redis;
            options.BuildNamespace = "commits";
        });
        builder.Services.AddRedisTagOutputCache();
        builder.Services.AddDbContext<StoryContext>(options => options.UseNpgsql(database).UseRedisTagCache());
        builder.Services.AddRedisTagCacheOutbox<StoryContext>();
        await using var app = builder.Build();
        app.UseRedisTagOutputCache();
        app.MapGet("/page/{id:int}", ShowAsync).CacheOutput(static policy => policy.Expire(TimeSpan.FromHours(1)).Tag("story:{id}"));
        app.MapGet("/value/{id:int}", static (int id, HybridCache cache, IServiceScopeFactory scopes, CancellationToken stop) => cache.GetOrCreateAsync(
            Story.Tag(id),
            async cancel =>
            {
                await using var scope = scopes.CreateAsyncScope();
                return await ShowAsync(id, scope.ServiceProvider.GetRequiredService<StoryContext>(), cancel);
            },
            tags: [Story.Tag(id)],
            cancellationToken: stop));
        app.MapPost("/save/{id:int}/{version:int}", SaveAsync);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
    }

    /// <summary>Returns the version, and what no other rendering has.</summary>
    private static async Task<string> ShowAsync(int id, StoryContext db, CancellationToken stop)
    {
        var story = await db.Stories.AsNoTracking().SingleAsync(story => story.Id == id, stop);
        return string.Create(CultureInfo.InvariantCulture, $"{story.Version} rendered {Environment.ProcessId}.{Interlocked.Increment(ref _rendered)}");
    }

    private static async Task SaveAsync(int id, int version, bool rollBack, StoryContext db)
    {
        Console.WriteLine(Saving);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var story = await db.Stories.SingleAsync(story => story.Id == id);
        story.Version = version;
        await db.SaveChangesAsync();
        if (rollBack)
            await transaction.RollbackAsync();
        else
            await transaction.CommitAsync();
    }
}
