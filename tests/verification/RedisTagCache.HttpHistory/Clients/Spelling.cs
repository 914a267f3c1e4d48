using System.Globalization;
using System.Text;
using RedisTagCache.HttpHistory.Application;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>Writes an address in one of the ways in which an application takes it for the same: letter case, encoding, slashes, zeros, moved and based paths, odd queries.</summary>
internal static class Spelling
{
    private static readonly string[] _prefixes = [Names.Moved, "/.", "/x/.."];

    /// <summary>The natural path, encoded as browsers do.</summary>
    public static string Natural(PagePlan page, int resource) => Encode(page.Path(resource), null, 0);

    public static string Of(PagePlan page, int resource, Random random)
    {
        var path = new StringBuilder();
        if (page.Shape is PageShape.Number or PageShape.Nested or PageShape.Post)
        {
            path.Append('/').Append(page.Name).Append('/');
            if (page.Shape == PageShape.Nested)
                path.Append(PagePlan.Slug(resource)).Append('/');
            path.Append(random.Next(5) switch { 0 => "0", 1 => "00", 2 => "+", 3 => " ", _ => "" }).Append(CultureInfo.InvariantCulture, $"{PagePlan.Number(resource)}");
        }
        else
        {
            path.Append(page.Path(resource));
        }

        // The letters that make a page of large bodies are the natural ones, so that few of its variants fill Redis; these differ in case alone.
        var address = Encode(path.ToString(), random, page.IsLarge ? 0 : random.Next(3));
        if (page.IsLarge)
            return address;
        if (page.Shape != PageShape.Fallback && random.Next(5) == 0)
            address += "/";
        return random.Next(8) switch
        {
            0 => Names.PathBase + address,
            1 => Names.Moved + address,
            2 => "/." + address,
            3 => "/x/.." + address,
            _ => address,
        };
    }

    /// <summary>The path as the cache takes it: decoded, without what the server and middleware take away. Its letter case does not matter.</summary>
    public static string Plain(string path)
    {
        foreach (var prefix in _prefixes)
            path = path.StartsWith(prefix + "/", StringComparison.Ordinal) ? path[prefix.Length..] : path;
        return Uri.UnescapeDataString(path);
    }

    public static string Query(PagePlan page, int query, Random random)
    {
        if (!page.VariesByQuery || query == 0)
            return page.IsLarge ? "" : random.Next(20) switch { 0 => "?", 1 => "?utm=1", 2 => "?&&=", 3 => "?%", _ => "" };
        return random.Next(8) switch
        {
            0 => FormattableString.Invariant($"?Q={query}"),
            1 => FormattableString.Invariant($"?q=%3{query}"),
            2 => FormattableString.Invariant($"?utm=5&q={query}"),
            3 => FormattableString.Invariant($"?&q={query}&"),
            _ => FormattableString.Invariant($"?q={query}"),
        };
    }

    private static string Encode(string path, Random? random, int oddity)
    {
        var address = new StringBuilder(path.Length + 16);
        foreach (var letter in path)
        {
            var spelled = random is null || random.Next(2) == 0 ? letter : char.IsLower(letter) ? char.ToUpperInvariant(letter) : letter;
            if (spelled == '/' || (char.IsAsciiLetterOrDigit(spelled) && (oddity < 2 || random!.Next(6) > 0)) || (oddity == 0 && spelled is '-' or '.' or '+'))
            {
                address.Append(spelled);
                continue;
            }

            foreach (var unit in Encoding.UTF8.GetBytes([spelled]))
                address.Append(CultureInfo.InvariantCulture, $"%{(oddity == 1 ? $"{unit:x2}" : $"{unit:X2}")}");
        }

        return address.ToString();
    }
}
