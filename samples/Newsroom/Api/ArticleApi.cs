using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Data;

namespace Newsroom.Api;

/// <summary>Caches a page of a minimal API, with a fixed tag and a tag with the ID from the request.</summary>
public static class ArticleApi
{
    public static void MapArticleApi(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/articles/{id:int}", GetAsync)
            .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(10)).Tag(CacheTags.Articles, CacheTags.ArticleOfRequest));

    private static async Task<Results<Ok<ArticleJson>, NotFound>> GetAsync(int id, NewsroomDb db, HttpContext context)
    {
        var article = await db.Articles.Include(a => a.Section).Include(a => a.Author).FirstOrDefaultAsync(a => a.Id == id);
        if (article is null) return TypedResults.NotFound();

        var stamp = context.RenderStamp();
        return TypedResults.Ok(new ArticleJson(
            article.Id, article.Title, article.Lede, article.Body, article.Section.Name, article.Author.Name, article.PublishedAt, article.EditedAt,
            new RenderedJson(stamp.At, stamp.By, stamp.Took)));
    }
}
