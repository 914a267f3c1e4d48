using System.Globalization;
using System.Text;

namespace RedisTagCache.Tool.Output;

/// <summary>
/// Characters that cannot be seen, or that move the characters around them: controls, marks of direction, joiners, spaces other than the plain one, fillers. The operations page has
/// the same list.
/// </summary>
internal static class Hidden
{
    public static bool IsAny(string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~')
                return true;
        }

        return false;
    }

    public static bool Is(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        _ => rune.Value is 0x34f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or (>= 0x180b and <= 0x180f) or 0x2800 or 0x3164 or (>= 0xfe00 and <= 0xfe0f) or 0xffa0 or 0xfffd
            or (>= 0xe0100 and <= 0xe01ef),
    };

    /// <summary>Whether a character by itself is one, or half of a pair.</summary>
    public static bool Is(char character) => char.IsSurrogate(character) || Is(new Rune(character));
}
