using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RedisTagCache.Management;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>Answers of tools: JSON of a bounded size, in which all texts are as people see them.</summary>
internal static class Answer
{
    /// <summary>The maximum number of characters of a list.</summary>
    public const int MaxCharacters = 50_000;

    private const int MaxTags = 50;
    private const int MaxText = 20_000;

    private static readonly JsonSerializerOptions _json = new(Report.Json)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it is no part of a web page, and what cannot be seen is escaped
        Converters = { new ShownConverter() },
    };

    public static string Of(object value) => JsonSerializer.Serialize(value, _json);

    /// <summary>As many of the items as the size of an answer permits, and how many were left out.</summary>
    public static (List<JsonNode> Items, int Omitted) Fit(IReadOnlyCollection<object> items)
    {
        var fitting = new List<JsonNode>();
        var characters = 0;
        foreach (var item in items)
        {
            var node = item as JsonNode ?? JsonSerializer.SerializeToNode(item, _json)!;
            characters += node.ToJsonString(_json).Length;
            if (characters > MaxCharacters && fitting.Count > 0)
                break;
            fitting.Add(node);
        }

        return (fitting, items.Count - fitting.Count);
    }

    /// <summary>An entry without its payload, and at most with as many tags as can be read.</summary>
    public static JsonObject Entry(CacheEntryInfo entry)
    {
        var shown = JsonSerializer.SerializeToNode(EntryView.Json(entry with { Payload = null, Tags = [.. entry.Tags.Take(MaxTags)] }), _json)!.AsObject();
        if (entry.Tags.Count > MaxTags)
            shown["tagsOmitted"] = entry.Tags.Count - MaxTags;
        return shown;
    }

    private sealed class ShownConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        {
            var shown = Shown.Of(value);
            writer.WriteStringValue(shown.Length <= MaxText ? shown : shown[..MaxText] + "...");
        }
    }
}
