using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Data;
using Newsroom.Models;
using RedisTagCache;
using RedisTagCache.AspNetCore;

namespace Newsroom.Controllers;

/// <summary>Changes articles. Its pages are not cached, because their forms contain the antiforgery token of one visitor.</summary>
[Route("/editor")]
public sealed class EditorController(NewsroomDb db, ITagCache cache, TimeProvider time) : Controller
{
    [HttpGet("")]
    public async Task<IActionResult> Index(string? section)
    {
        var sections = await db.Sections.OrderBy(s => s.Id).ToListAsync();
        var articles = await db.Articles.Where(a => section == null || a.Section.Slug == section).AsTeasers().ToListAsync();
        return View(new EditorList(sections, section, articles));
    }

    [HttpGet("{id:int}")]
    public async Task<IActionResult> Edit(int id)
    {
        var article = await db.Articles.FirstOrDefaultAsync(a => a.Id == id);
        if (article is null) return NotFound();

        return await EditViewAsync(id, new ArticleForm { Title = article.Title, Lede = article.Lede, Body = article.Body, SectionId = article.SectionId });
    }

    [HttpPost("{id:int}")]
    [EvictOutputCache(Tags = [CacheTags.ArticleOfRequest, CacheTags.Front])]
    public async Task<IActionResult> Edit(int id, [Bind(Prefix = "Form")] ArticleForm form)
    {
        var article = await db.Articles.AsTracking().Include(a => a.Section).FirstOrDefaultAsync(a => a.Id == id);
        if (article is null) return NotFound();

        var section = await db.Sections.AsTracking().FirstOrDefaultAsync(s => s.Id == form.SectionId);
        if (section is null) ModelState.AddModelError("Form.SectionId", "Choose a section.");
        if (!ModelState.IsValid || section is null) return await EditViewAsync(id, form);

        var before = article.Section;
        article.Title = form.Title;
        article.Lede = form.Lede;
        article.Body = form.Body.ReplaceLineEndings("\n");
        article.Section = section;
        article.EditedAt = time.GetUtcNow().UtcDateTime;
        await db.SaveChangesAsync();

        // Save first, and then evict, so that a page rendered in between is also evicted. The attribute evicts the tag with the route value.
        await EvictAsync(CacheTags.Section(before.Slug), CacheTags.Section(section.Slug), CacheTags.Author(article.AuthorId));

        return RedirectToAction("Article", "News", new { id });
    }

    [HttpPost("evict-all")]
    [EvictOutputCache(Tags = [CacheTags.Articles])]
    public IActionResult EvictAll() => RedirectToAction("Front", "News");

    /// <summary>
    /// Evicts pages and data in one call. It does not use the request's cancellation token, because saved changes must be evicted even if the browser disconnects.
    /// If Redis is unavailable, the cache logs that and retries the eviction. The change is saved, so the request succeeds: the attribute evicts only after such a response.
    /// </summary>
    private async Task EvictAsync(params IEnumerable<string> tags)
    {
        try
        {
            await cache.EvictByTagAsync(tags, CancellationToken.None);
        }
        catch (RedisTagCacheUnavailableException)
        {
            // Other instances may serve the old pages until then.
        }
    }

    private async Task<IActionResult> EditViewAsync(int id, ArticleForm form) =>
        View("Edit", new EditPage(id, form, await db.Sections.OrderBy(s => s.Id).ToListAsync()));
}
