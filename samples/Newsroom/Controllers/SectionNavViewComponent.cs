using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Newsroom.Data;

namespace Newsroom.Controllers;

/// <summary>Shows the list of sections below the masthead.</summary>
public sealed class SectionNavViewComponent(NewsroomDb db) : ViewComponent
{
    public async Task<IViewComponentResult> InvokeAsync() => View(await db.Sections.OrderBy(s => s.Id).ToListAsync());
}
