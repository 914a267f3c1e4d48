using System.Globalization;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>One endpoint of a generated application, and what its policy says.</summary>
internal sealed record PagePlan
{
    private static readonly string[] _slugs = ["hello", "world-cup", "two words", "caf\u00e9", "a.b", "news"];

    public required int Id { get; init; }

    public required PageShape Shape { get; init; }

    /// <summary>How many things it shows, one at a time.</summary>
    public required int Resources { get; init; }

    /// <summary>The number of its first thing in the whole application.</summary>
    public required int FirstResource { get; init; }

    /// <summary>The length of its body, if the facts in it need no more.</summary>
    public required int Size { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public required TimeSpan StaleWindow { get; init; }

    /// <summary>Whether the stale window comes from the attribute instead of the policy.</summary>
    public bool HasWindowAttribute { get; init; }

    /// <summary>Whether it shows the tenant that middleware took from a header.</summary>
    public bool HasTenants { get; init; }

    /// <summary>Whether its policy caches it for each signed-in user. Else signed-in users get pages of their own that are not cached.</summary>
    public bool HasUsers { get; init; }

    public bool VariesByFlavor { get; init; }

    public bool VariesByQuery { get; init; }

    /// <summary>Whether it shows what middleware read before the cache.</summary>
    public bool ShowsUpstream { get; init; }

    public bool ForbidsLocalCopies { get; init; }

    public bool ForbidsLocking { get; init; }

    public PageHabits Habits { get; init; }

    /// <summary>Whether its address can be spelled in few ways only, so that few variants of it fill Redis.</summary>
    public bool IsLarge => Size >= 256 * 1024;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"p{Id}");

    public string Method => Shape == PageShape.Post ? "POST" : "GET";

    public string Pattern => Shape switch
    {
        PageShape.Number or PageShape.Post => $"/{Name}/{{id:int}}",
        PageShape.Nested => $"/{Name}/{{slug}}/{{id:int}}",
        PageShape.Fallback => $"/{Name}/{{**slug}}",
        _ => $"/{Name}/{{slug}}",
    };

    /// <summary>The template of the tag that names one thing.</summary>
    public string Template => Shape switch
    {
        PageShape.Number or PageShape.Post => $"{Name}:{{id}}",
        PageShape.Nested => $"{Name}:{{slug}}:{{id}}",
        _ => $"{Name}:{{slug}}",
    };

    /// <summary>The template of the tag that names the value of its query.</summary>
    public string QueryTemplate => $"{Name}?{{q}}";

    public static string Slug(int resource) => _slugs[resource % _slugs.Length];

    public static int Number(int resource) => 7 + resource;

    /// <summary>The tag of one thing, in its natural spelling.</summary>
    public string Tag(int resource) => Fill(":", resource);

    /// <summary>The path of one thing, in its natural spelling and not encoded.</summary>
    public string Path(int resource) => "/" + Fill("/", resource);

    /// <summary>The number of the thing that route values name; -1 when there is none.</summary>
    public int Find(string? slug, int? number)
    {
        for (var resource = 0; resource < Resources; resource++)
        {
            var isNumber = Shape is PageShape.Slug or PageShape.Fallback || number == Number(resource);
            var isSlug = Shape is PageShape.Number or PageShape.Post || string.Equals(slug?.TrimEnd('/'), Slug(resource), StringComparison.OrdinalIgnoreCase);
            if (isNumber && isSlug)
                return resource;
        }

        return -1;
    }

    private string Fill(string separator, int resource) => Shape switch
    {
        PageShape.Number or PageShape.Post => FormattableString.Invariant($"{Name}{separator}{Number(resource)}"),
        PageShape.Nested => FormattableString.Invariant($"{Name}{separator}{Slug(resource)}{separator}{Number(resource)}"),
        _ => $"{Name}{separator}{Slug(resource)}",
    };
}
