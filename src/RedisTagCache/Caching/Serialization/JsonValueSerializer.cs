using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Caching.Serialization;

/// <summary>JSON, by what the options know of the type: a source-generated context, or reflection where the application has it.</summary>
internal sealed class JsonValueSerializer<T>(JsonTypeInfo<T> type) : IHybridCacheSerializer<T>
{
    // Readers and writers go by options of their own: without them a value could be written that is too deep to be read.
    private readonly JsonReaderOptions _reading = new()
    {
        MaxDepth = type.Options.MaxDepth,
        AllowTrailingCommas = type.Options.AllowTrailingCommas,
        CommentHandling = type.Options.ReadCommentHandling,
    };

    private readonly JsonWriterOptions _writing = new() { MaxDepth = type.Options.MaxDepth, Encoder = type.Options.Encoder };

    public T Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = new Utf8JsonReader(source, _reading);
        return JsonSerializer.Deserialize(ref reader, type)!;
    }

    public void Serialize(T value, IBufferWriter<byte> target)
    {
        using var writer = new Utf8JsonWriter(target, _writing);
        JsonSerializer.Serialize(writer, value, type);
    }
}
