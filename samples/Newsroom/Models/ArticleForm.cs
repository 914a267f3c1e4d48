using System.ComponentModel.DataAnnotations;

namespace Newsroom.Models;

/// <summary>Contains the fields that the editor can change.</summary>
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
