using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Which serializer a type goes through.</summary>
public abstract partial class SerializerContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task SerializerOfAType_IsUsedForIt_AndTheLastRegisteredWins()
    {
        var (early, late) = (new Marking<Named>("early"), new Marking<Named>("late"));
        var writer = With(services => services.AddSingleton<IHybridCacheSerializer<Named>>(early).AddSingleton<IHybridCacheSerializer<Named>>(late));
        await writer.SetAsync("k", new Named("x"));
        await writer.SetAsync("other", new Counted(3));
        Assert.Equal((0, 1), (early.Writes, late.Writes));

        var reader = With(services => services.AddSingleton<IHybridCacheSerializer<Named>>(early));
        Assert.Equal("late:x", await Raw().PeekAsync<string>("k"));
        Assert.Equal("x", (await reader.PeekAsync<Named>("k"))?.TheName);
        Assert.Equal(new Counted(3), await reader.PeekAsync<Counted>("other"));
    }

    [Fact]
    public async Task SerializerOfStringOrBytes_ReplacesTheInbuiltOne()
    {
        var cache = With(services => services.AddSingleton<IHybridCacheSerializer<string>>(new Shouting()));
        await cache.SetAsync("k", "quiet");
        Assert.Equal("QUIET", await B.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task SerializerFactory_IsAskedForTypesWithoutASerializer_AndTheLastRegisteredWins()
    {
        var own = new Marking<Named>("own");
        var cache = With(services => services
            .AddSingleton<IHybridCacheSerializerFactory>(new MarkingFactory("early", typeof(Named), typeof(Counted), typeof(Plain)))
            .AddSingleton<IHybridCacheSerializerFactory>(new MarkingFactory("late", typeof(Named), typeof(Counted)))
            .AddSingleton<IHybridCacheSerializer<Named>>(own));
        await cache.SetAsync("named", new Named("x"));
        await cache.SetAsync("counted", new Counted(3));
        await cache.SetAsync("plain", new Plain("y"));
        await cache.SetAsync("unknown", new Unknown("z"));
        Assert.Equal("own:x", await Raw().PeekAsync<string>("named"));
        Assert.StartsWith("late:", await Raw().PeekAsync<string>("counted"), StringComparison.Ordinal);
        Assert.StartsWith("early:", await Raw().PeekAsync<string>("plain"), StringComparison.Ordinal);
        Assert.Equal(new Unknown("z"), await B.PeekAsync<Unknown>("unknown"));
    }

    [Fact]
    public async Task KeyedJsonOptions_OfAllTypes_AreUsed()
    {
        var cache = With(services => services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), KebabContext.Default.Options));
        await cache.SetAsync("k", new Named("x"));
        Assert.Equal("{\"the-name\":\"x\"}", (await Raw().PeekAsync<string>("k"))?.Replace(" ", "", StringComparison.Ordinal));
        var reader = With(services => services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), KebabContext.Default.Options));
        Assert.Equal(new Named("x"), await reader.PeekAsync<Named>("k"));
    }

    [Fact]
    public async Task KeyedJsonOptions_OfOneType_GoBeforeThoseOfAll()
    {
        var cache = With(services => services
            .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Named>), KebabContext.Default.Options)
            .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions()));
        await cache.SetAsync("k", new Named("x"));
        Assert.Contains("the-name", await Raw().PeekAsync<string>("k"), StringComparison.Ordinal);
        await cache.SetAsync("other", new Counted(3));
        Assert.Contains("Count", await Raw().PeekAsync<string>("other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemTextJson_IsTheDefault()
    {
        await A.SetAsync("k", new Named("x"));
        Assert.Equal(new Named("x"), JsonSerializer.Deserialize<Named>((await B.PeekAsync<string>("k"))!));
        await A.SetAsync("bytes", new byte[] { 65, 66, 67 }); // as they are
        Assert.Equal("ABC", await B.PeekAsync<string>("bytes"));
        await A.SetAsync("string", "ABC");
        Assert.Equal(new byte[] { 65, 66, 67 }, await B.PeekAsync<byte[]>("string"));
    }

    // Reads as a string what another serializer wrote.
    private HybridCache Raw() => NewCache();

    private HybridCache With(Action<IServiceCollection> services) => NewCache(setup => setup with { Services = services });

    public sealed record Named(string TheName);

    public sealed record Counted(int Count);

    public sealed record Plain(string Text);

    public sealed record Unknown(string Text);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
    [JsonSerializable(typeof(Named))]
    private sealed partial class KebabContext : JsonSerializerContext;

    /// <summary>Writes <c>mark:name</c>, and reads it back without the mark.</summary>
    private sealed class Marking<T>(string mark) : IHybridCacheSerializer<T>
    {
        public int Writes { get; private set; }

        public T Deserialize(ReadOnlySequence<byte> source)
        {
            var text = Encoding.UTF8.GetString(source);
            return typeof(T) == typeof(Named) ? (T)(object)new Named(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]) : throw new NotSupportedException();
        }

        public void Serialize(T value, IBufferWriter<byte> target)
        {
            Writes++;
            target.Write(Encoding.UTF8.GetBytes($"{mark}:{(value is Named named ? named.TheName : value?.ToString())}"));
        }
    }

    private sealed class MarkingFactory(string mark, params Type[] types) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = types.Contains(typeof(T)) ? new Marking<T>(mark) : null;
            return serializer is not null;
        }
    }

    private sealed class Shouting : IHybridCacheSerializer<string>
    {
        public string Deserialize(ReadOnlySequence<byte> source) => Encoding.UTF8.GetString(source);

        public void Serialize(string value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(value.ToUpperInvariant()));
    }
}

public sealed class MicrosoftSerializerTests(StandaloneEngine engine) : SerializerContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneSerializerTests(StandaloneEngine engine) : SerializerContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedSerializerTests(PartitionedEngine engine) : SerializerContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedSerializerTests(EmbeddedEngine engine) : SerializerContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemorySerializerTests(InMemoryEngine engine) : SerializerContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
