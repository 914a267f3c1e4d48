using System.Net;
using System.Text.RegularExpressions;

namespace RedisTagCache.Soak.Load;

/// <summary>The fields of the editor's form, as a browser would send them back.</summary>
internal static partial class EditForm
{
    public static Dictionary<string, string> Parse(string html)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var match in Field().Matches(html).Concat(Area().Matches(html)).Concat(Choice().Matches(html)))
            fields[match.Groups["name"].Value] = WebUtility.HtmlDecode(match.Groups["value"].Value).Trim(); // else a text area grows by a line each time
        return fields;
    }

    [GeneratedRegex("<input(?=[^>]*\\bname=\"(?<name>[^\"]+)\")(?=[^>]*\\bvalue=\"(?<value>[^\"]*)\")[^>]*>")]
    private static partial Regex Field();

    [GeneratedRegex("<textarea[^>]*\\bname=\"(?<name>[^\"]+)\"[^>]*>(?<value>.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex Area();

    [GeneratedRegex("<select[^>]*\\bname=\"(?<name>[^\"]+)\".*?<option(?=[^>]*\\bselected)(?=[^>]*\\bvalue=\"(?<value>[^\"]*)\").*?</select>", RegexOptions.Singleline)]
    private static partial Regex Choice();
}
