using System.Text.Json;
using RedisTagCache.Tags;

namespace RedisTagCache.Outbox.Storage;

/// <summary>Tags as a row stores them: a JSON array of strings, at most <see cref="MaxTags"/> of them and about <see cref="MaxLength"/> characters.</summary>
internal static class TagList
{
    public const int MaxTags = 100;
    public const int MaxLength = 4_000;

    /// <summary>Packs tags into as few rows as possible. Each tag occurs once, and null and empty ones are skipped.</summary>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    public static IEnumerable<string> Pack(IEnumerable<string?> tags)
    {
        var packed = new List<string>();
        var length = 0;
        foreach (var tag in Valid(tags))
        {
            if (packed.Count == MaxTags || (packed.Count > 0 && length + tag.Length > MaxLength))
            {
                yield return Write(packed);
                packed.Clear();
                length = 0;
            }

            packed.Add(tag);
            length += tag.Length;
        }

        if (packed.Count > 0)
            yield return Write(packed);
    }

    /// <summary>Reads the tags of a row.</summary>
    /// <exception cref="FormatException">It is not a list of tags.</exception>
    public static string[] Read(string json) => ReadValid(json, out var rejection) is var tags && rejection is null ? tags : throw rejection;

    /// <summary>Reads the tags of a row that can be read, and says what is wrong with others.</summary>
    public static string[] ReadValid(string json, out FormatException? rejection)
    {
        var tags = new List<string>();
        rejection = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (TryRead(element) is { } tag)
                    tags.Add(tag);
                else
                    rejection = new FormatException("A tag must be a JSON string with valid Unicode.");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            rejection = new FormatException("The tags must be a JSON array of strings.", e);
        }

        return [.. tags];
    }

    private static string? TryRead(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // not a string, or half of a surrogate pair
        }
    }

    /// <summary>Returns the tags that are not null or empty, each once.</summary>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    public static string[] Valid(IEnumerable<string?> tags)
    {
        string[] valid = [.. tags.Where(static tag => !string.IsNullOrEmpty(tag)).Distinct(StringComparer.OrdinalIgnoreCase)!];
        TagId.Check(valid, nameof(tags));
        foreach (var tag in valid)
        {
            if (tag.Length > MaxLength)
                throw new ArgumentException($"A tag of the outbox must have at most {MaxLength} characters, but has {tag.Length}.", nameof(tags));
        }

        return valid;
    }

    private static string Write(List<string> tags)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var tag in tags)
                writer.WriteStringValue(tag);
            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
