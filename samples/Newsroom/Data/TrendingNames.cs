using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Models;
using RedisTagCache;

namespace Newsroom.Data;

/// <summary>
/// Finds the names that the newest articles mention most. This takes a second, so the result is computed once for all instances and cached. It carries
/// the tags of the front page, so that one eviction reaches both. The profile <c>trending</c> in appsettings.json sets the lifetimes.
/// </summary>
/// <remarks>A stale list is computed after its request, so the computation creates a database context of its own.</remarks>
public sealed partial class TrendingNames(ITagCache cache, IDbContextFactory<NewsroomDb> databases, TimeProvider time, InstanceName instance)
{
    private const int Shown = 6;

    /// <summary>A delay that makes reading 300 articles as slow as reading three million.</summary>
    private static readonly TimeSpan _pretendedCost = TimeSpan.FromSeconds(1);

    public ValueTask<Trending> GetAsync(CancellationToken cancellationToken) =>
        cache.GetOrCreateAsync("trending", ComputeAsync, policy: new CachePolicy { Profile = "trending" }, tags: [CacheTags.Articles, CacheTags.Front], cancellationToken);

    private async ValueTask<Trending> ComputeAsync(CacheContext context, CancellationToken cancellationToken)
    {
        var stamp = new RenderStamp(time, instance.Value);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var articles = await db.Articles.OrderByDescending(a => a.PublishedAt).ToListAsync(cancellationToken);
        await Task.Delay(_pretendedCost, time, cancellationToken);

        var now = time.GetUtcNow().UtcDateTime;
        var names = articles
            .SelectMany(a => Name().Matches(a.Body).Select(m => m.Value).Distinct().Select(name => (Name: name, Article: a)))
            .GroupBy(mention => mention.Name, mention => mention.Article)
            .OrderByDescending(group => group.Sum(a => Math.Pow(0.5, (now - a.PublishedAt).TotalDays)))
            .Take(Shown)
            .Select(group => new Trending.Entry(group.Key, group.Count(), group.First().Id, group.First().Title));
        return new Trending([.. names], stamp.At, stamp.By, stamp.Took);
    }

    /// <summary>Matches two or more capitalized words within a sentence.</summary>
    [GeneratedRegex(@"(?<=\p{Ll},? )\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)+")]
    private static partial Regex Name();
}
