using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RedisTagCache.Tool.Output;

/// <summary>Numbers and texts as people read them.</summary>
internal static partial class Shown
{
    /// <summary>
    /// A text from the cache, with what would move the cursor, color the terminal or be invisible made visible. Keys of pages have such characters. A backslash that would be taken for
    /// the beginning of one is shown so too.
    /// </summary>
    public static string Of(string text)
    {
        if (!Hidden.IsAny(text) && !text.Contains('\\'))
            return text;
        var shown = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
                Escape(shown, text[i++]);
            else if (Hidden.Is(rune) || (rune.Value == '\\' && Begins().IsMatch(text.AsSpan(i))))
                i = Escape(shown, text, i, rune.Utf16SequenceLength);
            else
                i = Append(shown, text, i, rune.Utf16SequenceLength);
        }

        return shown.ToString();
    }

    /// <summary>The same back: a key or a tag that was copied from what was shown.</summary>
    public static string Meant(string shown) => Escaped().Replace(shown, static match =>
        (char)int.Parse(match.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var meant && (meant == '\\' || Hidden.Is(meant)) ? meant.ToString() : match.Value);

    private static int Append(StringBuilder shown, string text, int from, int length)
    {
        shown.Append(text, from, length);
        return from + length;
    }

    private static int Escape(StringBuilder shown, string text, int from, int length)
    {
        for (var i = from; i < from + length; i++)
            Escape(shown, text[i]);
        return from + length;
    }

    private static void Escape(StringBuilder shown, char character) =>
        _ = character < 256 ? shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}") : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");

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

    [GeneratedRegex(@"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}")]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\A(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})")]
    private static partial Regex Begins();
}
