using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Concurrent callers of one key share one run of the factory, its value and its failure.</summary>
public abstract class StampedeContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    private const int Callers = 50;
    private static readonly AsyncLocal<string?> _flowing = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetOrCreate_By50ConcurrentCallers_RunsTheFactoryOnce(bool isCancellable)
    {
        using var stop = new CancellationTokenSource();
        var source = Source.HeldVersions();
        var calls = Join(source, isCancellable ? stop.Token : default);
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task GetOrCreate_FromManyThreads_RunsTheFactoryOnceAKey()
    {
        var (cache, joined) = (A, 0);
        var sources = Enumerable.Range(0, 5).Select(i => Source.HeldVersions($"key {i}, run ")).ToArray();
        var calls = Enumerable.Range(0, 5 * Callers).Select(i => Task.Run(() => JoinAsync(i % 5))).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref joined) == calls.Length, "all callers have joined");
        Array.ForEach(sources, source => source.Release());
        var values = await Task.WhenAll(calls);
        Assert.All(values.Index(), pair => Assert.Equal($"key {pair.Index % 5}, run 1", pair.Item));
        Assert.All(sources, source => Assert.Equal(1, source.Runs));

        async Task<string> JoinAsync(int key)
        {
            var call = cache.GetOrCreateAsync("k" + key, sources[key].ReadAsync);
            Interlocked.Increment(ref joined);
            return await call;
        }
    }

    [Fact]
    public async Task GetOrCreate_OfOtherKeys_DoesNotWaitForAHeldOne()
    {
        var held = Source.HeldVersions();
        var call = A.GetOrCreateAsync("held", held.ReadAsync).AsTask();
        await held.Started;
        Assert.Equal("v1", await A.GetOrCreateAsync("other", Source.Versions().ReadAsync));
        Assert.False(call.IsCompleted);
        held.Release();
        Assert.Equal("v1", await call);
    }

    [Fact]
    public async Task FactoryThatThrows_FailsEveryJoinedCaller_AndNothingIsCached()
    {
        await A.GetOrCreateAsync("other", Source.Versions().ReadAsync); // connected: from here on, each caller has joined when its call returns
        var source = new Source<string>(run => run == 1 ? throw new InvalidDataException("the first run") : "v" + run, isHeld: true);
        var calls = Join(source);
        await source.Started;
        source.Release();
        foreach (var call in calls)
            Assert.Equal("the first run", (await Assert.ThrowsAsync<InvalidDataException>(() => call)).Message);

        Assert.Equal(1, source.Runs);
        Assert.Null(await A.InMemoryAsync("k"));
        Assert.Null(await A.InRedisAsync("k"));
        Assert.Equal("v2", await A.GetOrCreateAsync("k", source.ReadAsync));
    }

    [Fact]
    public async Task FactoryThatThrowsAtOnce_FailsTheCall()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () => await A.GetOrCreateAsync<string>("k", static _ => throw new InvalidDataException()));
        Assert.Equal("v1", await A.GetOrCreateAsync("k", Source.Versions().ReadAsync));
    }

    [Fact]
    public async Task CallerThatCancels_StopsWaiting_AndDisturbsNobody()
    {
        using var impatient = new CancellationTokenSource();
        using var patient = new CancellationTokenSource();
        await A.GetOrCreateAsync("other", Source.Versions().ReadAsync); // connected: from here on, who calls has joined when the call returns
        var source = Source.HeldVersions();
        var first = A.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: impatient.Token).AsTask(); // its own factory runs
        var calls = Join(source, patient.Token);
        var joined = A.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: impatient.Token).AsTask();
        await source.Started;

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joined.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(source.Token.IsCancellationRequested);
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.Equal("v1", await A.GetOrCreateAsync("k", source.ReadAsync));
    }

    [Fact]
    public async Task AllCallersCancelled_CancelsTheFactory_AndTheNextCallerRunsItAgain()
    {
        using var stop = new CancellationTokenSource();
        var source = Source.HeldVersions();
        var calls = Join(source, stop.Token);
        await source.Started;
        Assert.False(source.Token.IsCancellationRequested);
        await stop.CancelAsync();
        await Eventually.BecomesTrueAsync(() => source.Token.IsCancellationRequested, "the factory is told");
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));

        Assert.Equal("again1", await A.GetOrCreateAsync("k", Source.Versions("again").ReadAsync));
    }

    [Fact]
    public async Task CallerThatCannotCancel_KeepsTheFactoryAlive()
    {
        await A.GetOrCreateAsync("warm", static _ => new ValueTask<string>("v")); // connected, so that a call has joined when it returns
        using var stop = new CancellationTokenSource();
        var source = Source.HeldVersions();
        var cancellable = Join(source, stop.Token);
        var patient = A.GetOrCreateAsync("k", source.ReadAsync).AsTask();
        await source.Started;
        await stop.CancelAsync();
        foreach (var call in cancellable)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        source.Release();
        Assert.Equal("v1", await patient);
    }

    [Fact]
    public async Task AmbientValuesOfTheCaller_FlowIntoTheFactory()
    {
        using var activity = new Activity("caller").Start();
        _flowing.Value = "ambient";
        var seen = await A.GetOrCreateAsync(
            "k",
            static async _ =>
            {
                await Task.Yield();
                return (_flowing.Value, Activity.Current?.TraceId.ToString());
            });
        Assert.Equal(("ambient", activity.TraceId.ToString()), seen);
    }

    private Task<string>[] Join(Source<string> source, CancellationToken cancellationToken = default) =>
        [.. Enumerable.Range(0, Callers).Select(_ => A.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: cancellationToken).AsTask())];
}

public sealed class MicrosoftStampedeTests(StandaloneEngine engine) : StampedeContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneStampedeTests(StandaloneEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedStampedeTests(PartitionedEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class ClusterStampedeTests(ClusterEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<ClusterEngine>;

public sealed class EmbeddedStampedeTests(EmbeddedEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryStampedeTests(InMemoryEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
