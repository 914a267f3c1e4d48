using System.Buffers.Text;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// What a script announces on the channel of its partition:
/// <code>
/// m BEFORE AFTER FLOOR LENGTH:MEMBER...   tag invalidations were raised: an eviction or an expiry
/// r BEFORE FIRST LENGTH:ENTRY...          entries were removed or overwritten: the first has the number FIRST, and each other one the next number
/// l ENTRY                                 a lease was released, or its value is stored
/// p ENTRY                                 a lease was released, and no caller needs it: its value is not stored
/// </code>
/// without the first space. BEFORE shows whether a message was missed.
/// </summary>
internal static class BackplaneMessage
{
    public const byte TagInvalidations = (byte)'m';
    public const byte Removal = (byte)'r';
    public const byte Release = (byte)'l';
    public const byte Pass = (byte)'p';

    public static bool TryParseTagInvalidations(ReadOnlySpan<byte> message, out TagInvalidationReply reply, out List<byte[]> members)
    {
        (reply, members) = (null!, []);
        if (!TryStart(ref message, TagInvalidations)
            || !EpochStamp.TryParse(TakeWord(ref message), out var before)
            || !EpochStamp.TryParse(TakeWord(ref message), out var after)
            || !TryParseNumber(TakeWord(ref message), out var floor))
        {
            return false;
        }

        while (!message.IsEmpty)
        {
            if (!TryTake(ref message, out var member))
                return false;
            members.Add(member.ToArray());
        }

        reply = new TagInvalidationReply(before, after, floor);
        return true;
    }

    /// <summary>Reads the numbers of a message. The entries follow: see <see cref="TryTake"/>.</summary>
    public static bool TryParseRemovals(ReadOnlySpan<byte> message, out long before, out long first, out ReadOnlySpan<byte> entries)
    {
        (before, first) = (0, 0);
        entries = default;
        if (!TryStart(ref message, Removal) || !TryParseNumber(TakeWord(ref message), out before) || !TryParseNumber(TakeWord(ref message), out first))
            return false;
        entries = message;
        return true;
    }

    /// <summary>Takes the first of the members or entries that a message has after its numbers.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> item)
    {
        item = default;
        if (!Utf8Parser.TryParse(list, out int length, out var used) || used == list.Length || list[used] != (byte)':')
            return false;
        var rest = list[(used + 1)..];
        if (length < 0 || length > rest.Length)
            return false;
        item = rest[..length];
        list = rest[length..];
        return true;
    }

    public static bool TryParseRelease(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> entry, out bool isPassed)
    {
        isPassed = TryStart(ref message, Pass);
        var isRelease = isPassed || TryStart(ref message, Release);
        entry = message;
        return isRelease;
    }

    private static bool TryStart(ref ReadOnlySpan<byte> message, byte kind)
    {
        if (message.IsEmpty || message[0] != kind)
            return false;
        message = message[1..];
        return true;
    }

    private static ReadOnlySpan<byte> TakeWord(ref ReadOnlySpan<byte> message)
    {
        var end = message.IndexOf((byte)' ');
        var word = end < 0 ? message : message[..end];
        message = end < 0 ? default : message[(end + 1)..];
        return word;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> word, out long number) => Utf8Parser.TryParse(word, out number, out var used) && used == word.Length;
}
