using System.Globalization;
using RedisTagCache.Tags;
using RedisTagCache.Tests.Entries.Envelope;

namespace RedisTagCache.Tests.Tags;

/// <summary>Tag invalidations in short form: <c>h:tag:epoch</c> (evicted) and <c>s:tag:epoch</c> (expired), separated by spaces.</summary>
internal static class Invalidations
{
    public static TagInvalidationTable Table(string invalidations)
    {
        var table = new TagInvalidationTable();
        foreach (var invalidation in invalidations.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = invalidation.Split(':');
            table.Raise(Member(parts[0], parts[1]), long.Parse(parts[2], CultureInfo.InvariantCulture));
        }

        return table;
    }

    public static byte[] Member(string kind, string tag) => TagId.Member(kind == "h" ? TagInvalidationKind.Evict : TagInvalidationKind.Expire, Id(tag));

    public static byte[] Id(string tag) => Envelopes.Ids(tag)[0];
}
