using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RedisTagCache.Tool.Output;

/// <summary>Numbers and texts as people read them.</summary>
internal static partial class Shown
{
    /// <summary>A text from the cache, with what would move the cursor or colour the terminal made visible. Keys of pages have such characters.</summary>
    public static string Of(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var shown = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            _ = char.IsControl(c) ? shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}") : shown.Append(c);
        return shown.ToString();
    }

    /// <summary>The same back: a key that was copied from what was shown.</summary>
    public static string Meant(string shown) =>
        Escape().Replace(shown, static match => ((char)int.Parse(match.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    public static string Of(TimeSpan? time) => time switch
    {
        null => "-",
        { TotalMilliseconds: < 1 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalMicroseconds:0} us"),
        { TotalSeconds: < 1 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalMilliseconds:0.##} ms"),
        { TotalMinutes: < 2 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds:0.#} s"),
        { TotalHours: < 2 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalMinutes:0.#} min"),
        { TotalDays: < 2 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalHours:0.#} h"),
        { } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalDays:0.#} d"),
    };

    public static string Bytes(long? bytes) => bytes switch
    {
        null => "-",
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
    };

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things; the plural of an English word that takes -s or -ies.</summary>
    public static string Count(long number, string one) =>
        $"{Count(number)} {(number == 1 ? one : one.EndsWith('y') ? one[..^1] + "ies" : one + "s")}";

    public static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    [GeneratedRegex(@"\\x(?:[01][0-9a-f]|7f|[89][0-9a-f])")]
    private static partial Regex Escape();
}
