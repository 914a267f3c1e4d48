using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace RedisTagCache.AspNetCore.Tests.Eviction.RazorPages;

/// <summary>A page that shows a form and takes it.</summary>
[EvictOutputCache(Tags = ["article:{id}"])]
[IgnoreAntiforgeryToken]
public sealed class ChangeModel : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Id { get; set; }
}
