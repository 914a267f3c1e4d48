using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Models;
using RedisTagCache;

namespace Newsroom.Data;

/// <summary>
/// The names that the newest articles speak of most. To find them takes a second, so it is done once for all instances and kept as data. The
/// tags are those of the front page: one eviction reaches both. How long it is kept stands in the profile <c>trending</c> of appsettings.json.
/// </summary>
/// <remarks>A list that is no longer fresh is computed behind the request that gets the old one, hence a database of its own.</remarks>
public sealed partial class TrendingNames(ITagCache cache, IDbContextFactory<NewsroomDb> databases, TimeProvider time, InstanceName instance)
{
    private const int Shown = 6;

    /// <summary>Three hundred articles are read in no time; this makes it as slow as three million.</summary>
    private static readonly TimeSpan _pretendedCost = TimeSpan.FromSeconds(1);

    public ValueTask<Trending> GetAsync(CancellationToken cancellationToken) =>
        cache.GetOrCreateAsync("trending", ComputeAsync, policy: "trending", tags: [CacheTags.Articles, CacheTags.Front], cancellationToken);

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

    /// <summary>Two or more capitalized words within a sentence.</summary>
    [GeneratedRegex(@"(?<=\p{Ll},? )\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)+")]
    private static partial Regex Name();
}
