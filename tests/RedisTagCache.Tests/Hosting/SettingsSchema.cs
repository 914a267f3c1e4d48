using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RedisTagCache.AspNetCore;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Hosting;

namespace RedisTagCache.Tests.Hosting;

/// <summary>The JSON schema of the configuration section, made from the options that bind, their defaults, and their XML documentation.</summary>
internal static class SettingsSchema
{
    /// <summary>What the binder reads as a <see cref="TimeSpan"/>. No option can be negative.</summary>
    private const string Duration = @"^(\d{1,7}|(\d{1,7}\.)?([01]?\d|2[0-3]):[0-5]?\d(:[0-5]?\d(\.\d{1,7})?)?)$";

    private static readonly JsonSerializerOptions _format = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the schema.</summary>
    public static JsonObject Create() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            [ConfigureFromConfiguration.Section] = Section("The options of the caches.", OfCache(isNamed: false)
                .Append(new("OutputCache", Section("The options of output caching.", OfPages())))
                .Append(new(ConfigureFromConfiguration.Caches, Sections("The options of named caches, by name. What they leave open comes from the section 'RedisTagCache'.", OfCache(isNamed: true))))),
        },
    };

    /// <summary>Returns the text of a schema, as it is in its file.</summary>
    public static string TextOf(JsonObject schema) => schema.ToJsonString(_format) + "\n";

    private static IEnumerable<KeyValuePair<string, JsonObject>> OfCache(bool isNamed)
    {
        foreach (var bound in typeof(ConfigureFromConfiguration.BindableOptions).GetProperties())
        {
            var documented = typeof(RedisTagCacheOptions).GetProperty(bound.Name)!;
            yield return bound.Name == nameof(RedisTagCacheOptions.Profiles)
                ? new(bound.Name, Sections(XmlDocs.SummaryOf(documented), OfProfile()))
                : Option(bound, documented, isNamed ? null : documented.GetValue(new RedisTagCacheOptions()));
        }

        foreach (var bound in typeof(RedisTagCacheSettings).GetProperties().Where(static property => property.Name != nameof(RedisTagCacheSettings.ConnectionString)))
            yield return Option(bound, bound, isNamed ? null : bound.GetValue(new RedisTagCacheSettings()));
    }

    private static IEnumerable<KeyValuePair<string, JsonObject>> OfProfile() =>
        typeof(BindableProfile).GetProperties().Select(static bound => Option(bound, typeof(CachePolicy).GetProperty(bound.Name)!, null));

    private static IEnumerable<KeyValuePair<string, JsonObject>> OfPages() => typeof(RedisTagOutputCacheOptions).GetProperties()
        .Where(static bound => bound.Name != nameof(RedisTagOutputCacheOptions.PrepareRefresh))
        .Select(static bound => Option(bound, bound, bound.GetValue(new RedisTagOutputCacheOptions())));

    private static JsonObject Section(string description, IEnumerable<KeyValuePair<string, JsonObject>> properties) => new()
    {
        ["type"] = "object",
        ["description"] = description,
        ["properties"] = new JsonObject(properties.Select(static property => KeyValuePair.Create<string, JsonNode?>(property.Key, property.Value))),
        ["additionalProperties"] = false,
    };

    private static JsonObject Sections(string description, IEnumerable<KeyValuePair<string, JsonObject>> properties)
    {
        var section = Section(description, properties);
        section.Remove("description");
        return new JsonObject { ["type"] = "object", ["description"] = description, ["additionalProperties"] = section };
    }

    private static KeyValuePair<string, JsonObject> Option(PropertyInfo bound, PropertyInfo documented, object? standard)
    {
        var option = TypeOf(Nullable.GetUnderlyingType(bound.PropertyType) ?? bound.PropertyType);
        option["description"] = XmlDocs.SummaryOf(documented);
        if (standard is not null)
            option["default"] = standard is TimeSpan or Enum ? JsonValue.Create(standard.ToString()) : JsonSerializer.SerializeToNode(standard);
        return new(bound.Name, option);
    }

    private static JsonObject TypeOf(Type type) =>
        type == typeof(string) ? new() { ["type"] = "string" }
        : type == typeof(bool) ? new() { ["type"] = "boolean" }
        : type == typeof(int) || type == typeof(long) ? new() { ["type"] = "integer" }
        : type == typeof(double) ? new() { ["type"] = "number" }
        : type == typeof(TimeSpan) ? new() { ["type"] = "string", ["pattern"] = Duration }
        : !type.IsEnum ? throw new NotSupportedException($"Say what {type} is in a schema.")
        : type.IsDefined(typeof(FlagsAttribute)) ? new() { ["type"] = "string", ["pattern"] = $"^({Names(type)})(, *({Names(type)}))*$" }
        : new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(static name => (JsonNode)name)]) };

    private static string Names(Type type) => string.Join('|', Enum.GetNames(type));
}
