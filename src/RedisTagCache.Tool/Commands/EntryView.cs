using RedisTagCache.Management;
using RedisTagCache.Management.Internal;
using RedisTagCache.Tool.Output;
using Spectre.Console;

namespace RedisTagCache.Tool.Commands;

/// <summary>Entries, as tables and as JSON.</summary>
internal static class EntryView
{
    public static object Json(CacheEntryInfo entry) => new
    {
        entry.Region,
        entry.BuildNamespace,
        entry.Key,
        entry.IsKeyHashed,
        entry.Partition,
        entry.Status,
        entry.Reason,
        entry.ReasonTag,
        entry.TagInvalidatedAt,
        entry.CreatedAt,
        entry.FreshUntil,
        entry.StaleUntil,
        ageSeconds = entry.Age,
        timeToLiveSeconds = entry.TimeToLive,
        slidingExpirationSeconds = entry.SlidingExpiration,
        entry.StoredBytes,
        entry.PayloadBytes,
        entry.Compression,
        entry.IsNull,
        entry.Tags,
        payload = entry.Payload is { } payload ? Convert.ToBase64String(payload.Span) : null,
    };

    public static Table Table(IEnumerable<CacheEntryInfo> entries)
    {
        var table = Report.Table("region", "build", "key", "status", "age", "left", "size", "tags");
        foreach (var entry in entries)
        {
            Report.Row(
                table,
                entry.Region,
                entry.BuildNamespace ?? "-",
                NameOf(entry),
                VerdictOf(entry),
                Shown.Of(entry.Age),
                entry.TimeToLive is null ? "no expiration" : Shown.Of(entry.TimeToLive),
                Shown.Bytes(entry.StoredBytes),
                string.Join(' ', entry.Tags));
        }

        return table;
    }

    public static string PayloadOf(ReadOnlyMemory<byte> payload, CacheCompression compression) => PayloadText.Of(payload, compression);

    public static string NameOf(CacheEntryInfo entry) => entry.IsKeyHashed ? $"(hash) {entry.Key}" : entry.Key;

    public static string VerdictOf(CacheEntryInfo entry)
    {
        var status = entry.Status.ToString().ToLowerInvariant();
        var why = entry.DescribeReason();
        return why is null ? status : $"{status}: {why}";
    }
}
