using System.Text.Json;
using System.Text.Json.Serialization;
using RedisTagCache.Management;

namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>One entry, in the names of the command line tool's JSON.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="PayloadText">The beginning of its payload, where it was asked for and may be shown.</param>
internal sealed record EntryReply([property: JsonIgnore] CacheEntryInfo Entry, string? PayloadText)
{
    public string Region => Entry.Region;

    public string? BuildNamespace => Entry.BuildNamespace;

    public string Key => Entry.Key;

    public bool IsKeyHashed => Entry.IsKeyHashed;

    public int Partition => Entry.Partition;

    public string Status => Name(Entry.Status);

    public string Reason => Name(Entry.Reason);

    public string? ReasonTag => Entry.ReasonTag;

    /// <summary>The reason in words.</summary>
    public string? Why => Entry.DescribeReason();

    public DateTimeOffset? CreatedAt => Entry.CreatedAt;

    public DateTimeOffset? FreshUntil => Entry.FreshUntil;

    public DateTimeOffset? StaleUntil => Entry.StaleUntil;

    public TimeSpan? AgeSeconds => Entry.Age;

    public TimeSpan? TimeToLiveSeconds => Entry.TimeToLive;

    public TimeSpan? SlidingExpirationSeconds => Entry.SlidingExpiration;

    public long StoredBytes => Entry.StoredBytes;

    public long PayloadBytes => Entry.PayloadBytes;

    public string Compression => Name(Entry.Compression);

    public bool IsNull => Entry.IsNull;

    public IReadOnlyList<string> Tags => Entry.Tags;

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
