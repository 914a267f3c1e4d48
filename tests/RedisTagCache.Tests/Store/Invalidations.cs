using System.Globalization;
using RedisTagCache.Store;
using RedisTagCache.Tests.Envelope;

namespace RedisTagCache.Tests.Store;

/// <summary>Marks in short form: <c>h:tag:epoch</c> (hard) and <c>s:tag:epoch</c> (soft), parted by blanks.</summary>
internal static class Invalidations
{
    public static TagInvalidationTable Table(string marks)
    {
        var table = new TagInvalidationTable();
        foreach (var mark in marks.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = mark.Split(':');
            table.Raise(Member(parts[0], parts[1]), long.Parse(parts[2], CultureInfo.InvariantCulture));
        }

        return table;
    }

    public static byte[] Member(string kind, string tag) => TagId.Member(kind == "h" ? TagInvalidationKind.Evict : TagInvalidationKind.Expire, Id(tag));

    public static byte[] Id(string tag) => Envelopes.Ids(tag)[0];
}
