using System.Globalization;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>
/// The forms of a value in a tag. An application takes <c>007</c>, <c>+7</c> and <c>7</c> for the same number, and whether it reads a number is not known here.
/// So a tag is made of the value as it stands and of its canonical forms: a page carries all of them, and an eviction reaches all of them.
/// </summary>
internal static class TagValue
{
    private const int MaxParsed = 128; // what is longer is text

    private static readonly string[] _hexPrefixes = ["0x", "&h", "#"]; // what the type converters of MVC take

    /// <summary>Adds the forms of a value.</summary>
    public static void AddForms(string value, ICollection<string> forms)
    {
        if (value.Length == 0)
            return;
        var texts = new List<string> { value };
        for (var i = 0; i < texts.Count; i++)
        {
            AddText(texts, texts[i].Trim().Trim('\0')); // parsers skip both
            AddText(texts, texts[i].Trim('/')); // of a catch-all
            if (texts[i].Contains('%', StringComparison.Ordinal))
                AddText(texts, Uri.UnescapeDataString(texts[i])); // servers leave %2F
        }

        foreach (var text in texts)
        {
            Add(forms, text);
            if (text.Length <= MaxParsed && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
                AddParsed(text, forms);
            else if (Guid.TryParse(text, out var guid))
                Add(forms, guid.ToString());
        }
    }

    private static void AddText(List<string> texts, string text)
    {
        if (text.Length > 0 && !texts.Contains(text))
            texts.Add(text);
    }

    private static void Add(ICollection<string> forms, string form)
    {
        if (!forms.Contains(form))
            forms.Add(form);
    }

    private static void AddParsed(string text, ICollection<string> forms)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (Guid.TryParse(text, out var guid))
            Add(forms, guid.ToString());
        if (Integer(text) is { } integer)
        {
            Add(forms, integer);
            return; // neighbors among large integers are one as floating-point numbers
        }

        AddHexadecimal(text, forms);
        if (decimal.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, invariant, out var number))
            Add(forms, number == 0 ? "0" : number.ToString("0.############################", invariant));
        if (double.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, invariant, out var real))
        {
            Add(forms, real.ToString("R", invariant));
            Add(forms, ((float)real).ToString("R", invariant));
        }

        AddTimes(text, forms, invariant);
    }

    private static string? Integer(ReadOnlySpan<char> text)
    {
        var isNegative = text[0] == '-';
        if (text[0] is '+' or '-')
            text = text[1..];
        if (text.IsEmpty || text.IndexOfAnyExceptInRange('0', '9') >= 0)
            return null;
        text = text.TrimStart('0');
        return text.IsEmpty ? "0" : isNegative ? $"-{text}" : text.ToString();
    }

    private static void AddHexadecimal(string text, ICollection<string> forms)
    {
        var prefix = Array.Find(_hexPrefixes, prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
            return;
        var digits = text.AsSpan(prefix.Length);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            digits = digits[2..];
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return;

        // The highest bit of the type it is read as is its sign.
        AddNumber(number);
        if (number <= byte.MaxValue)
            AddNumber((sbyte)number);
        if (number <= ushort.MaxValue)
            AddNumber((short)number);
        if (number <= uint.MaxValue)
            AddNumber((int)number);
        AddNumber((long)number);

        void AddNumber(IFormattable signed) => Add(forms, signed.ToString(null, CultureInfo.InvariantCulture));
    }

    private static void AddTimes(string text, ICollection<string> forms, CultureInfo invariant)
    {
        if (DateTimeOffset.TryParse(text, invariant, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
            Add(forms, moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", invariant));
        if (DateTime.TryParse(text, invariant, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.NoCurrentDateDefault | DateTimeStyles.RoundtripKind, out var time))
        {
            Add(forms, time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", invariant));
            if (time.TimeOfDay == TimeSpan.Zero)
                Add(forms, time.ToString("yyyy-MM-dd", invariant));
        }

        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, invariant, out var span))
            Add(forms, span.ToString("c", invariant));
    }
}
