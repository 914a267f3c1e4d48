using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Caching.Serialization;

/// <summary>
/// Finds the serializer of a type: the last one registered for it, else the last factory that makes one, else what is inbuilt: strings and
/// bytes as they are, JSON for the rest. As with Microsoft's cache, JSON options are registered under the key
/// <c>typeof(IHybridCacheSerializer&lt;&gt;)</c>, or under that of one type.
/// </summary>
internal sealed class Serializers(IServiceProvider services)
{
    private readonly ConcurrentDictionary<Type, object> _byType = new();

    // With fields, or tuples would lose what they hold.
    private readonly Lazy<JsonSerializerOptions> _json = new(() =>
        services.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>)) ?? new JsonSerializerOptions { TypeInfoResolver = Reflection(), IncludeFields = true });

    public IHybridCacheSerializer<T> Of<T>() =>
        _byType.TryGetValue(typeof(T), out var known) ? (IHybridCacheSerializer<T>)known : (IHybridCacheSerializer<T>)_byType.GetOrAdd(typeof(T), Find<T>());

    private IHybridCacheSerializer<T> Find<T>()
    {
        if (services.GetService<IHybridCacheSerializer<T>>() is { } own)
            return own;
        foreach (var factory in services.GetServices<IHybridCacheSerializerFactory>().Reverse())
        {
            if (factory.TryCreateSerializer<T>(out var made))
                return made;
        }

        if (typeof(T) == typeof(string))
            return (IHybridCacheSerializer<T>)(object)new StringSerializer();
        if (typeof(T) == typeof(byte[]))
            return (IHybridCacheSerializer<T>)(object)new BytesSerializer();
        var options = services.GetKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<T>)) ?? _json.Value;
        if (options.TypeInfoResolver is null)
            options = new JsonSerializerOptions(options) { TypeInfoResolver = Reflection() };
        options.MakeReadOnly();
        return new JsonValueSerializer<T>((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application has not turned reflection off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application has not turned reflection off.")]
    private static IJsonTypeInfoResolver Reflection() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : JsonTypeInfoResolver.Combine();
}

/// <summary>A serializer that knows how many bytes it writes.</summary>
internal interface IArraySerializer<T> : IHybridCacheSerializer<T>
{
    /// <summary>Returns a new array with the bytes of a value.</summary>
    byte[] ToArray(T value);
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesSerializer : IArraySerializer<byte[]>
{
    public byte[] ToArray(byte[] value) => value.AsSpan().ToArray();

    public byte[] Deserialize(ReadOnlySequence<byte> source) => source.ToArray();

    public void Serialize(byte[] value, IBufferWriter<byte> target) => target.Write(value);
}

/// <summary>Strings as UTF-8; one that is not valid Unicode would not come back as it was, and is refused.</summary>
internal sealed class StringSerializer : IArraySerializer<string>
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public byte[] ToArray(string value) => _strict.GetBytes(value);

    public string Deserialize(ReadOnlySequence<byte> source) => _strict.GetString(source);

    public void Serialize(string value, IBufferWriter<byte> target) => _strict.GetBytes(value, target);
}

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
