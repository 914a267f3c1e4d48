using System.Buffers.Text;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>What follows the facts in a body: the number of the rendering over and over, so that bytes of another rendering show.</summary>
internal static class Filler
{
    public const int Period = 16;

    /// <summary>Fills the place from an offset in the filler on.</summary>
    public static void Write(long number, long offset, Span<byte> place)
    {
        Span<byte> unit = stackalloc byte[Period];
        Utf8Formatter.TryFormat(number, unit, out _, new System.Buffers.StandardFormat('x', Period));
        var written = 0;
        var at = (int)(offset % Period);
        if (at != 0)
        {
            written = Math.Min(Period - at, place.Length);
            unit.Slice(at, written).CopyTo(place);
        }

        if (written == place.Length)
            return;
        var rest = place[written..];
        var first = Math.Min(Period, rest.Length);
        unit[..first].CopyTo(rest);
        for (var done = first; done < rest.Length;)
        {
            var more = Math.Min(done, rest.Length - done);
            rest[..more].CopyTo(rest[done..]);
            done += more;
        }
    }
}
