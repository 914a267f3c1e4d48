namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Any key is answered, and none is taken for another.</summary>
public abstract class KeyContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    /// <summary>Valid Unicode, and no control characters.</summary>
    public static string[] OddKeys { get; } =
    [
        "k", "K", "k ", "kk", "k:", ":k", "k:k", "k::k", "k/k", "k\\k", "k\\\\k", "{k}", "{k", "k}", "{{k}}", "{}", "{{}}", "{0}", "*", "?", "[k]", "h[ae]llo",
        "%", "%25", "'k'", "\"k\"", "$k", "#k", "-", ".", "..", "\u00E9", "e\u0301", "\u00DF", "ss", "\u0131", "i", "\u0130", "I", "\uFB01", "fi", "\u00C5", "\u212B",
        "k\u200B", "k\u200D", "\uFEFFk", "k\uFFFD", "\uFFFD", "k\u00A0", "\u202Ek", "\U0001F600", "\U0001F600\U0001F600", "\U0001F468\u200D\U0001F469", "\U0001F468\U0001F469",
        "\U0001D542", "\U00010000", "\U00010000k", "\U00010001k", "\U000103FFk", "\u65E5\u672C", "\u65E5\u672C\u8A9E", "e:hybrid:test:k", "epoch", "marks", "hybrid:k",
        new string('k', 300), new string('k', 301), new string('\u65E5', 600), new string('\u00E9', 600), new string('\u00E9', 599) + "e",
    ];

    /// <summary>What a key need not be, and a user may yet send.</summary>
    public static string[] BrokenKeys { get; } =
    [
        "a", "a\0", "\0a", "a\0b", "a\n", "a\r\n", "a\nb", "\t", "\t\t", "a\u001b", "a\u007f", "a\u0085", "a\u2028", "a\uFFFE", "a\uFFFF",
        "\uD800", "\uD801", "\uDC00", "a\uD800", "a\uD800b", "a\uDC00b", "\uDC00\uD800", "\uFFFD", "a\uFFFD", "a\uFFFDb", "\uFFFD\uFFFD",
    ];

    [Fact]
    public async Task OddKeys_AreCached_AndNeverCollide()
    {
        foreach (var (i, key) in OddKeys.Index())
            Assert.Equal("value " + i, await A.GetOrCreateAsync(key, _ => new ValueTask<string>("value " + i)));
        await SettleAsync(A);
        foreach (var (i, key) in OddKeys.Index())
        {
            Assert.Equal("value " + i, await A.InMemoryAsync(key));
            Assert.Equal("value " + i, await B.PeekAsync<string>(key));
        }
    }

    [Fact]
    public async Task OddKeys_AreRemovedAlone()
    {
        foreach (var (i, key) in OddKeys.Index())
            await A.SetAsync(key, "value " + i);
        await SettleAsync(A);
        foreach (var (i, key) in OddKeys.Index())
        {
            Assert.Equal("value " + i, await B.PeekAsync<string>(key));
            await A.RemoveAsync(key);
            Assert.Null(await A.PeekAsync<string>(key));
        }
    }

    [Fact]
    public async Task BrokenKeys_AreAnswered_AndNeverCollide()
    {
        foreach (var cache in new[] { A, A, B })
        {
            foreach (var (i, key) in BrokenKeys.Index())
                Assert.Equal("value " + i, await cache.GetOrCreateAsync(key, _ => new ValueTask<string>("value " + i)));
            await SettleAsync(cache);
        }
    }

    [Fact]
    public async Task BrokenKeys_FailNoOtherCall()
    {
        foreach (var (i, key) in BrokenKeys.Index())
        {
            await A.SetAsync(key, "value " + i);
            Assert.Contains(await A.PeekAsync<string>(key), new[] { "value " + i, null });
            await A.RemoveAsync(key);
            Assert.Null(await A.PeekAsync<string>(key));
        }

        await A.SetAsync("after", "all");
        await ReachesRedisAsync(B, "after", "all"); // the connection is as it was
    }
}

public sealed class MicrosoftKeyTests(StandaloneEngine engine) : KeyContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneKeyTests(StandaloneEngine engine) : KeyContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedKeyTests(PartitionedEngine engine) : KeyContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedKeyTests(EmbeddedEngine engine) : KeyContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryKeyTests(InMemoryEngine engine) : KeyContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
