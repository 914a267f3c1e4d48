using System.Collections.Immutable;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values of every kind come back as they were, from memory and from Redis.</summary>
public abstract class ValueContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task Strings_AreRoundTripped()
    {
        foreach (var value in new[] { "", " ", "v", "null", "\"v\"", "\0", "\u65E5\u672C \U0001F600", new string('x', 100_000) })
            await RoundTripAsync(value);
    }

    [Fact]
    public async Task Bytes_AreRoundTripped()
    {
        await RoundTripAsync(Array.Empty<byte>());
        await RoundTripAsync(new byte[] { 0, 255, 128, 10 });
        await RoundTripAsync(Enumerable.Range(0, 200_000).Select(i => (byte)i).ToArray());
    }

    [Fact]
    public async Task ValueTypes_AreRoundTripped()
    {
        await RoundTripAsync(0);
        await RoundTripAsync(int.MinValue);
        await RoundTripAsync(true);
        await RoundTripAsync(1.5m);
        await RoundTripAsync(Guid.NewGuid());
        await RoundTripAsync(DayOfWeek.Friday);
        await RoundTripAsync(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));
        await RoundTripAsync(new Point(1, 2));
        await RoundTripAsync((Number: 1, Text: "a"));
    }

    [Fact]
    public async Task Nullables_AreRoundTripped()
    {
        await RoundTripAsync<int?>(5);
        await RoundTripAsync<int?>(0);
        await RoundTripAsync<Point?>(new Point(1, 2));
        await RoundTripAsync<DateTime?>(new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc));
    }

    [Fact]
    public async Task RecordsAndCollections_AreRoundTripped()
    {
        await RoundTripAsync(new Article(1, "title", new Author("name"), null));
        await RoundTripAsync(new List<string> { "a", "b" });
        await RoundTripAsync(new Dictionary<string, int> { ["a"] = 1 });
        await RoundTripAsync(new[] { new Author("a"), new Author("b") });
        await RoundTripAsync(ImmutableArray.Create(1, 2, 3));
        await RoundTripAsync<IReadOnlyList<int>>([1, 2]);
        await RoundTripAsync(new HashSet<int>());
    }

    [Fact]
    public async Task Null_IsCachedAsAValue()
    {
        await NullIsCachedAsync<Author>();
        await NullIsCachedAsync<int?>();
        await NullIsCachedAsync<Point?>();
        await NullIsCachedAsync<List<int>>();
    }

    private async Task RoundTripAsync<T>(T value)
    {
        var key = "k" + Guid.NewGuid();
        Assert.Equal(value, await A.GetOrCreateAsync(key, _ => new ValueTask<T>(value)));
        Assert.Equal(value, await A.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("It is in memory.")));
        await Eventually.BecomesTrueAsync(() => KeysWith(key).Length > 0, "it is in Redis");
        await SettleAsync(A);
        Assert.Equal(value, await B.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("It is in Redis.")));
        Assert.Equal(value, await B.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("It is in memory.")));
    }

    private async Task NullIsCachedAsync<T>()
    {
        var key = "null" + Guid.NewGuid();
        var source = new Source<T?>(_ => default);
        for (var i = 0; i < 3; i++)
            Assert.Null(await A.GetOrCreateAsync(key, source.ReadAsync));
        await Eventually.BecomesTrueAsync(() => KeysWith(key).Length > 0, "it is in Redis");
        await SettleAsync(A);
        for (var i = 0; i < 3; i++)
            Assert.Null(await B.GetOrCreateAsync(key, source.ReadAsync));
        Assert.Equal(1, source.Runs);
    }

    public readonly record struct Point(int X, int Y);

    public sealed record Author(string Name);

    public sealed record Article(int Id, string Title, Author Author, string? Subtitle);
}

public sealed class MicrosoftValueTests(StandaloneEngine engine) : ValueContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneValueTests(StandaloneEngine engine) : ValueContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedValueTests(PartitionedEngine engine) : ValueContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedValueTests(EmbeddedEngine engine) : ValueContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryValueTests(InMemoryEngine engine) : ValueContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
