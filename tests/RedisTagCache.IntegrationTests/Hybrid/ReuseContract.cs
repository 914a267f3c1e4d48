using System.ComponentModel;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Immutable values are shared; of others each call gets an instance of its own, which it may change.</summary>
public abstract class ReuseContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task ImmutableValues_AreShared()
    {
        await SharedAsync(() => new Marked("m"));
        await SharedAsync(() => new string('x', 10));
    }

    [Fact]
    public async Task MutableValues_OfEachCall_AreOwnInstances()
    {
        await OwnAsync(() => new Mutable { Text = "m" });
        await OwnAsync(() => new Record("m"));
        await OwnAsync(() => new MarkedButOpen("m"));
        await OwnAsync(() => new List<int> { 1 });
        await OwnAsync(() => new byte[] { 1, 2 });
    }

    [Fact]
    public async Task ChangeOfAGivenValue_ReachesNobodyElse()
    {
        var first = await A.GetOrCreateAsync("k", static _ => new ValueTask<Mutable>(new Mutable { Text = "original" }));
        await SettleAsync(A);
        first.Text = "changed by the one who created it";
        var second = await A.GetOrCreateAsync("k", static _ => new ValueTask<Mutable>(new Mutable()));
        Assert.Equal("original", second.Text);
        second.Text = "changed by a reader";
        Assert.Equal("original", (await A.PeekAsync<Mutable>("k"))?.Text);
        Assert.Equal("original", (await B.PeekAsync<Mutable>("k"))?.Text);
    }

    [Fact]
    public async Task ChangeOfASetValue_ReachesNobody()
    {
        var value = new Mutable { Text = "original" };
        await A.SetAsync("k", value);
        value.Text = "changed";
        Assert.Equal("original", (await A.PeekAsync<Mutable>("k"))?.Text);
        Assert.Equal("original", (await B.PeekAsync<Mutable>("k"))?.Text);
    }

    [Fact]
    public async Task JoinedCallers_GetOwnInstancesOfAMutableValue_AndShareAnImmutableOne()
    {
        var mutable = await JoinedAsync(new Source<Mutable>(_ => new Mutable { Text = "m" }, isHeld: true));
        Assert.Equal(mutable.Length, mutable.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(mutable, value => Assert.Equal("m", value.Text));

        var immutable = await JoinedAsync(new Source<Marked>(_ => new Marked("m"), isHeld: true));
        Assert.Single(immutable.Distinct(ReferenceEqualityComparer.Instance));
    }

    private async Task<T[]> JoinedAsync<T>(Source<T> source)
    {
        var calls = Enumerable.Range(0, 20).Select(_ => A.GetOrCreateAsync("joined " + typeof(T), source.ReadAsync).AsTask()).ToArray();
        await source.Started;
        source.Release();
        var values = await Task.WhenAll(calls);
        Assert.Equal(1, source.Runs);
        return values;
    }

    private async Task SharedAsync<T>(Func<T> create)
        where T : class
    {
        var key = "shared " + typeof(T);
        var created = await A.GetOrCreateAsync(key, _ => new ValueTask<T>(create()));
        Assert.Same(created, await A.GetOrCreateAsync(key, _ => new ValueTask<T>(create())));
        var read = await ArrivedAsync<T>(key);
        Assert.Equal(created, read);
        Assert.NotSame(created, read);
        Assert.Same(read, await B.PeekAsync<T>(key));
    }

    private async Task OwnAsync<T>(Func<T> create)
        where T : class
    {
        var key = "own " + typeof(T);
        var created = await A.GetOrCreateAsync(key, _ => new ValueTask<T>(create()));
        var again = await A.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("It is in memory."));
        Assert.NotSame(created, again);
        Assert.NotSame(again, await A.PeekAsync<T>(key));
        var read = await ArrivedAsync<T>(key);
        Assert.NotSame(read, await B.PeekAsync<T>(key));
    }

    /// <summary>Microsoft's cache writes to Redis after its caller has the value, and not in any order.</summary>
    private async Task<T> ArrivedAsync<T>(string key)
        where T : class
    {
        T? read = null;
        await Eventually.BecomesTrueAsync(async () => (read = await B.PeekAsync<T>(key)) is not null, "it is in Redis");
        return read!;
    }

    [ImmutableObject(true)]
    public sealed record Marked(string Text);

    [ImmutableObject(true)]
    public record MarkedButOpen(string Text);

    public sealed record Record(string Text);

    public sealed class Mutable
    {
        public string? Text { get; set; }
    }
}

public sealed class MicrosoftReuseTests(StandaloneEngine engine) : ReuseContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneReuseTests(StandaloneEngine engine) : ReuseContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedReuseTests(PartitionedEngine engine) : ReuseContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedReuseTests(EmbeddedEngine engine) : ReuseContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryReuseTests(InMemoryEngine engine) : ReuseContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
