using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Caching.Serialization;

namespace RedisTagCache.Tests.Caching.Serialization;

public sealed class SerializersTests
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Of_StringsAndBytes_TakesThemAsTheyAre()
    {
        Assert.IsType<StringSerializer>(Of<string>());
        Assert.IsType<BytesSerializer>(Of<byte[]>());
        Assert.Equal("ключ😀\0", Text("ключ😀\0"));
        Assert.Equal("ключ😀\0", Again("ключ😀\0"));
        Assert.Equal("", Again(""));
        Assert.Equal([1, 0, 255], Again<byte[]>([1, 0, 255]));
    }

    [Theory]
    [InlineData("a\\uD800")]
    [InlineData("\\uDC00b")]
    public void Serialize_OfAStringThatIsNoUnicode_IsRefused(string escaped) =>
        Assert.Throws<EncoderFallbackException>(() => Text(JsonEscaped(escaped)));

    [Fact]
    public void Deserialize_OfBytesThatAreNoUnicode_IsRefused() =>
        Assert.Throws<DecoderFallbackException>(() => Of<string>().Deserialize(new ReadOnlySequence<byte>([0x61, 0xFF])));

    [Fact]
    public void Of_AnotherType_IsJsonWithFields()
    {
        Assert.Equal("""{"Id":7,"Name":null}""", Text(new Post(7, null)));
        Assert.Equal(new Post(7, "n"), Again(new Post(7, "n")));
        Assert.Equal((7, "n"), Again((7, "n")));
        Assert.Equal(DayOfWeek.Friday, Again(DayOfWeek.Friday));
        Assert.Equal(7, Of<Post>().Deserialize(Entries.Envelope.Envelopes.Segments("{\"Id\""u8.ToArray(), ":7}"u8.ToArray())).Id); // a value may lie in pieces
    }

    [Fact]
    public void Of_AType_IsFoundOnce()
    {
        using var provider = _services.BuildServiceProvider();
        var serializers = new Serializers(provider);
        Assert.Same(serializers.Of<Post>(), serializers.Of<Post>());
    }

    [Fact]
    public void Of_ATypeWithSeveralSerializers_TakesTheLastRegistered()
    {
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("factory"));
        _services.AddSingleton<IHybridCacheSerializer<string>>(new Fixed<string>("first"));
        _services.AddSingleton<IHybridCacheSerializer<string>>(new Fixed<string>("last"));
        Assert.Equal("last", Text("v"));
    }

    [Fact]
    public void Of_ATypeWithSeveralFactories_TakesTheLastThatMakesOne()
    {
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("first"));
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("last"));
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("none", makes: false));
        Assert.Equal("last", Text("v"));
        Assert.Equal("last", Text(new Post(7, "n")));
    }

    [Theory]
    [InlineData(false, false, """{"Id":7,"Name":"n"}""")]
    [InlineData(true, false, """{"id":7,"name":"n"}""")]
    [InlineData(false, true, """{"ID":7,"NAME":"n"}""")]
    [InlineData(true, true, """{"ID":7,"NAME":"n"}""")]
    public void Of_ATypeWithJsonOptions_TakesItsOwnBeforeThoseForAll(bool forAll, bool forOne, string expected)
    {
        if (forAll)
            _services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
        if (forOne)
            _services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Post>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper });
        Assert.Equal(expected, Text(new Post(7, "n")));
    }

    [Fact]
    public void Of_ATypeWithJsonOptions_ReadsAndWritesAsTheySay()
    {
        _services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions
        {
            MaxDepth = 2_000,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            AllowTrailingCommas = true,
            ReadCommentHandling = JsonCommentHandling.Skip,
        });
        Assert.Equal("""{"Id":7,"Name":"ключ"}""", Text(new Post(7, "ключ")));
        Assert.Equal(new Post(7, "n"), Of<Post>().Deserialize(new ReadOnlySequence<byte>("{\"Id\":7,/**/\"Name\":\"n\",}"u8.ToArray())));

        Nested? deep = null;
        for (var i = 0; i < 1_500; i++)
            deep = new Nested(i, deep);
        Assert.Equal(deep, Again(deep));
    }

    private static string JsonEscaped(string text) => System.Text.RegularExpressions.Regex.Unescape(text);

    private IHybridCacheSerializer<T> Of<T>() => new Serializers(_services.BuildServiceProvider()).Of<T>();

    private byte[] Bytes<T>(T value)
    {
        var writer = new ArrayBufferWriter<byte>();
        Of<T>().Serialize(value, writer);
        return writer.WrittenSpan.ToArray();
    }

    private string Text<T>(T value) => Encoding.UTF8.GetString(Bytes(value));

    private T Again<T>(T value) => Of<T>().Deserialize(new ReadOnlySequence<byte>(Bytes(value)));

    private sealed record Post(int Id, string? Name);

    private sealed record Nested(int Level, Nested? Inner);

    private sealed class Fixed<T>(string text) : IHybridCacheSerializer<T>
    {
        public T Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException();

        public void Serialize(T value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(text));
    }

    private sealed class Factory(string text, bool makes = true) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = makes ? new Fixed<T>(text) : null;
            return makes;
        }
    }
}
