using System.Globalization;

namespace RedisTagCache.Diagnostics.Advice;

/// <summary>What a server reports about itself, as the reply to INFO. Fields that it does not report are <see langword="null"/>.</summary>
internal sealed class ServerReport
{
    private readonly Dictionary<string, string> _fields;

    private ServerReport(Dictionary<string, string> fields) => _fields = fields;

    /// <summary>Gets the report of a server that reports nothing, or not to this user.</summary>
    public static ServerReport Empty { get; } = new([]);

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>Gets whether the server is a replica.</summary>
    public bool? IsReplica => this["role"] is { } role ? role == "slave" : null;

    /// <summary>Gets the name of the product.</summary>
    public string Engine => this["valkey_version"] is not null ? "Valkey" : this["garnet_version"] is not null ? "Garnet" : this["dragonfly_version"] is not null ? "Dragonfly" : "Redis";

    /// <summary>Gets the version of the product.</summary>
    public string? Version => this["valkey_version"] ?? this["garnet_version"] ?? this["redis_version"];

    /// <summary>Gets the time of the server when it made the report.</summary>
    public DateTimeOffset? Time => Number("server_time_usec") is { } microseconds ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond) : null;

    public string? this[string field] => _fields.GetValueOrDefault(field);

    public long? Number(string field) => long.TryParse(this[field], CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Parses the reply to INFO.</summary>
    public static ServerReport Parse(string info) => new(info.Split('\n')
        .Select(static line => line.TrimEnd('\r').Split(':', 2))
        .Where(static pair => pair.Length == 2)
        .DistinctBy(static pair => pair[0])
        .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal));
}
