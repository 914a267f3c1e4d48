using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Data;
using Newsroom.Models;
using RedisTagCache.AspNetCore;

namespace Newsroom.Controllers;

/// <summary>
/// Shows the pages for readers, all of them cached. They can have long lifetimes, because an edit evicts them at once.
/// Each page carries the tags of the data that it shows.
/// </summary>
public sealed class NewsController(NewsroomDb db, TrendingNames trending) : Controller
{
    private const int PageSize = 20;
    private const int OneHour = 3600;
    private const int OneMinute = 60;

    // One minute, because the names on the page change over time. Rendering it again is cheap, because the list of names is cached unless an edit evicted it.
    [HttpGet("/")]
    [OutputCache(Duration = OneMinute, Tags = [CacheTags.Articles, CacheTags.Front])]
    public async Task<IActionResult> Front()
    {
        var top = await db.Articles.AsTeasers().Take(4).ToListAsync();
        var shown = top.ConvertAll(t => t.Id);

        var blocks = new List<FrontPage.Block>();
        foreach (var section in await db.Sections.OrderBy(s => s.Id).ToListAsync())
        {
            var articles = await db.Articles.Where(a => a.SectionId == section.Id && !shown.Contains(a.Id)).AsTeasers().Take(4).ToListAsync();
            blocks.Add(new FrontPage.Block(section, articles));
        }

        var lead = await db.Articles.FirstAsync(a => a.Id == top[0].Id);
        return View(new FrontPage(top[0], lead.Paragraphs.Take(5), top[1..], blocks, await trending.GetAsync(HttpContext.RequestAborted)));
    }

    [HttpGet("/sections/{slug}")]
    [OutputCache(Duration = OneMinute, VaryByQueryKeys = ["page"], Tags = [CacheTags.Articles])]
    [StaleWhileRevalidate(OneHour)]
    public async Task<IActionResult> Section(string slug, int page = 1)
    {
        var section = await db.Sections.FirstOrDefaultAsync(s => s.Slug == slug);
        if (section is null || page < 1) return NotFound();

        var articles = await db.Articles.Where(a => a.SectionId == section.Id).AsTeasers().Skip((page - 1) * PageSize).Take(PageSize + 1).ToListAsync();

        // The address has the name of the section, and articles have its ID.
        HttpContext.AddOutputCacheTag(CacheTags.Section(section.Id));
        return View(new SectionPage(section, [.. articles.Take(PageSize)], page, HasOlder: articles.Count > PageSize));
    }

    [HttpGet("/articles/{id:int}")]
    [OutputCache(Duration = OneHour, Tags = [CacheTags.Articles, CacheTags.ArticleOfRequest])]
    public async Task<IActionResult> Article(int id)
    {
        var article = await db.Articles.Include(a => a.Section).Include(a => a.Author).FirstOrDefaultAsync(a => a.Id == id);
        if (article is null) return NotFound();

        var earlier = await db.Articles.Where(a => a.PublishedAt < article.PublishedAt).AsTeasers().Take(3).ToListAsync();

        // The page shows the headlines of three other articles, so an edit of one of them also evicts this page. It shows only the names of the section and the author.
        HttpContext.AddOutputCacheTag([.. earlier.Select(t => CacheTags.Article(t.Id))]);
        return View(new ArticlePage(article, earlier));
    }

    [HttpGet("/authors/{id:int}")]
    [OutputCache(Duration = OneHour, Tags = [CacheTags.Articles, CacheTags.AuthorOfRequest])]
    public async Task<IActionResult> Author(int id)
    {
        var author = await db.Authors.FirstOrDefaultAsync(a => a.Id == id);
        if (author is null) return NotFound();

        var articles = await db.Articles.Where(a => a.AuthorId == id).AsTeasers().ToListAsync();
        return View(new AuthorPage(author, articles));
    }
}
