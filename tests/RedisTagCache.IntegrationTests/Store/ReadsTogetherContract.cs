using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Many reads at once travel together, and each is answered as if it were alone.</summary>
public abstract class ReadsTogetherContract(IEngine engine) : StoreSuite(engine)
{
    private const int Many = 400;

    [Fact]
    public async Task ManyAtOnce_EachGetsItsOwn()
    {
        await Task.WhenAll(Enumerable.Range(0, Many).Where(IsWritten).Select(i => A.WriteAsync(Key(i), Value(i), "t" + (i % 10))));
        await A.EvictByTagAsync("t0");
        for (var round = 0; round < 5; round++)
        {
            var values = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i))));
            Assert.Equal(Enumerable.Range(0, Many).Select(static i => IsWritten(i) && i % 10 != 0 ? Value(i) : null), values);
        }
    }

    [Fact]
    public async Task ManyAtOnce_AmongEvictions_NeverGetWhatWasEvictedBefore()
    {
        for (var round = 0; round < 30; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 60).Select(i => A.WriteAsync(Key(i), Value(i), "t")));
            var early = Enumerable.Range(0, 60).Select(i => B.ReadAsync(Key(i))).ToArray();
            await A.EvictByTagAsync("t");
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 60).Select(i => B.ReadAsync(Key(i)))), Assert.Null);
            var seen = await Task.WhenAll(early);
            Assert.All(seen.Index(), one => Assert.True(one.Item is null || one.Item == Value(one.Index)));
        }
    }

    [Fact]
    public async Task GetAsync_OneKeyByManyAmongEvictions_NeverGivesWhatWasEvictedBefore()
    {
        for (var round = 0; round < 30; round++)
        {
            await A.WriteAsync("k", Value(round), "t");
            var early = Enumerable.Range(0, 60).Select(_ => B.ReadAsync("k")).ToArray();
            await A.EvictByTagAsync("t");
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => B.ReadAsync("k"))), Assert.Null);
            Assert.All(await Task.WhenAll(early), value => Assert.True(value is null || value == Value(round)));
        }
    }

    [Fact]
    public async Task GetAsync_OneKeyByMany_EachDisposesItsOwn()
    {
        await A.WriteAsync("k", Value(40));
        var lookups = await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ => await B.GetAsync(StoreExtensions.Page("k"))));
        foreach (var (i, lookup) in lookups.Index())
        {
            if (i % 2 == 0)
                lookup.Dispose();
        }

        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => B.ReadAsync("k"))); // takes what has gone back to the pool
        foreach (var (i, lookup) in lookups.Index())
        {
            if (i % 2 == 0)
                continue;
            Assert.Equal(Value(40), System.Text.Encoding.UTF8.GetString(lookup.Payload.Span));
            lookup.Dispose();
        }
    }

    [Fact]
    public async Task OneThatIsGivenUp_TakesNoneWithIt()
    {
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => A.WriteAsync(Key(i), Value(i))));
        using var source = new CancellationTokenSource();
        var reads = Enumerable.Range(0, Many).Select(i => ReadAsync(i, i % 3 == 0 ? source.Token : CancellationToken.None)).ToArray();
        await source.CancelAsync();
        var values = await Task.WhenAll(reads);
        Assert.All(values.Index(), one => Assert.True(one.Item == Value(one.Index) || (one.Index % 3 == 0 && one.Item is null)));
    }

    [Fact]
    public async Task AKeyOfAnotherType_IsAbsent_AndItsNeighboursAreThere()
    {
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => A.WriteAsync(Key(i), Value(i))));
        var odd = Assert.Single(EntryKeys(), static key => ((string)key!).EndsWith(Key(77), StringComparison.Ordinal));
        await Database.KeyDeleteAsync(odd);
        await Database.SetAddAsync(odd, "member");
        var values = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i))));
        Assert.All(values.Index(), static one => Assert.Equal(one.Index == 77 ? null : Value(one.Index), one.Item));
    }

    private async Task<string?> ReadAsync(int i, CancellationToken cancellationToken)
    {
        try
        {
            using var lookup = await B.GetAsync(StoreExtensions.Page(Key(i)), cancellationToken);
            return lookup.HasValue ? System.Text.Encoding.UTF8.GetString(lookup.Payload.Span) : "lost";
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static bool IsWritten(int i) => i % 7 != 3;

    private static string Key(int i) => "key-" + i.ToString("0000", CultureInfo.InvariantCulture);

    /// <summary>Of very different lengths: some replies come in many pieces.</summary>
    private static string Value(int i) => i.ToString(CultureInfo.InvariantCulture) + new string('x', i % 40 == 0 ? 100_000 : i);
}

public sealed class StandaloneReadsTogetherTests(StandaloneEngine engine) : ReadsTogetherContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedReadsTogetherTests(PartitionedEngine engine) : ReadsTogetherContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterReadsTogetherTests(ClusterEngine engine) : ReadsTogetherContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedReadsTogetherTests(EmbeddedEngine engine) : ReadsTogetherContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryReadsTogetherTests(InMemoryEngine engine) : ReadsTogetherContract(engine), IClassFixture<InMemoryEngine>;
