using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;
using Newsroom.Data;
using Newsroom.Models;
using RedisTagCache.AspNetCore;

namespace Newsroom.Controllers;

/// <summary>Changes articles. Its pages are not cached, because their forms contain the antiforgery token of one visitor.</summary>
[Route("/editor")]
public sealed class EditorController(NewsroomDb db, TimeProvider time) : Controller
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
    public async Task<IActionResult> Edit(int id, [Bind(Prefix = "Form")] ArticleForm form)
    {
        var article = await db.Articles.AsTracking().FirstOrDefaultAsync(a => a.Id == id);
        if (article is null) return NotFound();

        if (!await db.Sections.AnyAsync(s => s.Id == form.SectionId)) ModelState.AddModelError("Form.SectionId", "Choose a section.");
        if (!ModelState.IsValid) return await EditViewAsync(id, form);

        article.Title = form.Title;
        article.Lede = form.Lede;
        article.Body = form.Body.ReplaceLineEndings("\n");
        article.SectionId = form.SectionId;
        article.EditedAt = time.GetUtcNow().UtcDateTime;

        // This also evicts what shows the article: see the tags in NewsroomDb.
        await db.SaveChangesAsync();
        return RedirectToAction("Article", "News", new { id });
    }

    [HttpPost("evict-all")]
    [EvictOutputCache(Tags = [CacheTags.Articles])]
    public IActionResult EvictAll() => RedirectToAction("Front", "News");

    private async Task<IActionResult> EditViewAsync(int id, ArticleForm form) =>
        View("Edit", new EditPage(id, form, await db.Sections.OrderBy(s => s.Id).ToListAsync()));
}
