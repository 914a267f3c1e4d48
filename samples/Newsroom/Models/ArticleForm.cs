using System.ComponentModel.DataAnnotations;

namespace Newsroom.Models;

/// <summary>What the editor may change.</summary>
public sealed class ArticleForm
{
    [Required, StringLength(120)]
    public string Title { get; set; } = "";

    [Required, StringLength(400)]
    public string Lede { get; set; } = "";

    [Required, StringLength(20_000)]
    public string Body { get; set; } = "";

    [Display(Name = "Section")]
    public int SectionId { get; set; }
}
