using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Data;
using Newsroom.Models;
using RedisTagCache;
using RedisTagCache.AspNetCore;

namespace Newsroom.Controllers;

/// <summary>Where articles are changed. Nothing here is cached: forms carry antiforgery tokens, and those belong to one visitor.</summary>
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

        // First the database, then the cache: a page rendered in between is evicted with the rest. What the route tells is evicted by the attribute.
        await EvictAsync(CacheTags.Section(before.Slug), CacheTags.Section(section.Slug), CacheTags.Author(article.AuthorId));

        return RedirectToAction("Article", "News", new { id });
    }

    [HttpPost("evict-all")]
    [EvictOutputCache(Tags = [CacheTags.Articles])]
    public IActionResult EvictAll() => RedirectToAction("Front", "News");

    /// <summary>
    /// Pages and data at once. Not tied to the request: what has been saved must be evicted even if the browser has gone away. Should Redis be
    /// away just now, it throws, and the cache repeats it.
    /// </summary>
    private ValueTask EvictAsync(params IEnumerable<string> tags) => cache.EvictByTagAsync(tags, CancellationToken.None);

    private async Task<IActionResult> EditViewAsync(int id, ArticleForm form) =>
        View("Edit", new EditPage(id, form, await db.Sections.OrderBy(s => s.Id).ToListAsync()));
}
