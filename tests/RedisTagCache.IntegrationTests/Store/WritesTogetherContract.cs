using System.Buffers;
using System.Globalization;
using System.Text;
using RedisTagCache.Commands;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Many writes at once travel together, and each is done as if it were alone.</summary>
public abstract class WritesTogetherContract(IEngine engine) : StoreSuite(engine)
{
    private const int Many = 400;

    [Fact]
    public async Task ManyAtOnce_EachIsStoredWithItsOwnLifetime()
    {
        var versions = await VersionsAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => WriteAsync(i, versions[i], i % 5 == 0 ? null : TimeSpan.FromMinutes(i))));
        Assert.All(outcomes, static outcome => Assert.Equal(CacheWriteOutcome.Stored, outcome));
        Assert.Equal(Enumerable.Range(0, Many).Select(Value), await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i)))));

        var lifetimes = await Task.WhenAll(EntryKeys().Select(async key => (Number: int.Parse(((string)key!)[^4..], CultureInfo.InvariantCulture), Left: await Database.KeyTimeToLiveAsync(key))));
        Assert.Equal(Many, lifetimes.Length);
        Assert.All(lifetimes, static one =>
        {
            if (one.Number % 5 == 0)
                Assert.Null(one.Left);
            else
                Assert.InRange(one.Left!.Value, TimeSpan.FromMinutes(one.Number - 0.5), TimeSpan.FromMinutes(one.Number));
        });
    }

    [Fact]
    public async Task ManyAtOnce_EachIsJudgedByItsOwnToken()
    {
        var partition = Partitions[0];
        EpochStamp now = new(100, 7, 1);
        (EpochStamp Version, bool IsStored)[] versions =
        [
            (now, true), (new(99, 7, 1), true), (new(101, 7, 1), false), (new(1, 7, 1), true), (new(100, 8, 1), false), (new(100, 7, 2), false),
        ];
        await Database.StringSetAsync(partition.Epoch, now.ToString());
        var keys = Enumerable.Range(0, Many).Select(i => (StackExchange.Redis.RedisKey)$"{partition.HashTag}:e:s:b:{Key(i)}").ToArray();
        var writes = new EntryWrites(partition, new VersionText());
        var replies = await Task.WhenAll(keys.Select((key, i) => writes.WriteAsync(Database, key, Encoding.UTF8.GetBytes(Value(i)), 60_000, versions[i % versions.Length].Version).AsTask()));
        Assert.Equal(Enumerable.Range(0, Many).Select(i => (versions[i % versions.Length].IsStored, (EpochStamp?)now)), replies);
        for (var i = 0; i < Many; i++)
            Assert.Equal(versions[i % versions.Length].IsStored ? Value(i) : null, (string?)await Database.StringGetAsync(keys[i]));
        Assert.Empty(Keys("staged:*"));
    }

    [Fact]
    public async Task ManyAtOnce_WithoutAnEpoch_AreRefused()
    {
        var partition = Partitions[0];
        var keys = Enumerable.Range(0, 40).Select(i => (StackExchange.Redis.RedisKey)$"{partition.HashTag}:e:s:b:{Key(i)}").ToArray();
        var writes = new EntryWrites(partition, new VersionText());
        var replies = await Task.WhenAll(keys.Select(key => writes.WriteAsync(Database, key, new byte[] { 1 }, 60_000, new EpochStamp(100, 7, 1)).AsTask()));
        Assert.All(replies, static reply => Assert.Equal((false, null), reply));
        Assert.Empty(EntryKeys());
    }

    [Fact]
    public async Task ManyAtOnce_AmongEvictions_AreNeverSeenAfterOneTheyBeganBefore()
    {
        for (var round = 0; round < 20; round++)
        {
            var versions = await VersionsAsync();
            var writing = Enumerable.Range(0, Many).Select(i => WriteAsync(i, versions[i], TimeSpan.FromMinutes(5), "t")).ToArray();
            await B.EvictByTagAsync("t");
            Assert.All(await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i)))), Assert.Null);
            await Task.WhenAll(writing);
            Assert.All(await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i)))), Assert.Null);
        }
    }

    [Fact]
    public async Task OneThatIsGivenUp_TakesNoneWithIt()
    {
        var versions = await VersionsAsync();
        using var source = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Many).Select(i => WriteUnlessGivenUpAsync(i, versions[i], i % 3 == 0 ? source.Token : CancellationToken.None)).ToArray();
        await source.CancelAsync();
        var outcomes = await Task.WhenAll(writing);
        Assert.All(outcomes.Index(), static one => Assert.True(one.Item == CacheWriteOutcome.Stored || (one.Index % 3 == 0 && one.Item is null)));
        var values = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => B.ReadAsync(Key(i))));
        Assert.All(values.Index(), static one => Assert.True(one.Item == Value(one.Index) || (one.Index % 3 == 0 && one.Item is null)));
    }

    [Fact]
    public async Task ManyValuesAtOnce_AreFilledAndThenOverwritten()
    {
        var (one, other) = (NewInstance().Get<ITagCache>(), NewInstance().Get<ITagCache>());
        var filled = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => one.GetOrCreateAsync(Key(i), i, static (i, _, _) => new ValueTask<string>(Value(i))).AsTask()));
        Assert.Equal(Enumerable.Range(0, Many).Select(Value), filled);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => one.SetAsync(Key(i), "new " + Value(i)).AsTask()));
        var found = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => other.GetOrCreateAsync(Key(i), 0, static (_, _, _) => new ValueTask<string>("computed")).AsTask()));
        Assert.Equal(Enumerable.Range(0, Many).Select(static i => "new " + Value(i)), found);
        Assert.Empty(Keys("staged:*"));
    }

    private async Task<CacheVersion[]> VersionsAsync() => await Task.WhenAll(Enumerable.Range(0, Many).Select(async i =>
    {
        using var lookup = await A.GetAsync(StoreExtensions.Page(Key(i)));
        return lookup.Version;
    }));

    private async Task<CacheWriteOutcome> WriteAsync(int i, CacheVersion version, TimeSpan? lifetime, params string[] tags) => await A.SetAsync(
        StoreExtensions.Page(Key(i)), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Value(i))), version, new TagCacheEntryOptions { Lifetime = lifetime, Tags = tags });

    private async Task<CacheWriteOutcome?> WriteUnlessGivenUpAsync(int i, CacheVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return await A.SetAsync(
                StoreExtensions.Page(Key(i)), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Value(i))), version, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5) }, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static string Key(int i) => "key-" + i.ToString("0000", CultureInfo.InvariantCulture);

    /// <summary>Of very different lengths: some are staged, and move together with others or alone.</summary>
    private static string Value(int i) => i.ToString(CultureInfo.InvariantCulture) + new string('x', (i % 40) switch { 0 => 100_000, < 5 => 20_000, _ => 10 * i });
}

public sealed class StandaloneWritesTogetherTests(StandaloneEngine engine) : WritesTogetherContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedWritesTogetherTests(PartitionedEngine engine) : WritesTogetherContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterWritesTogetherTests(ClusterEngine engine) : WritesTogetherContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedWritesTogetherTests(EmbeddedEngine engine) : WritesTogetherContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryWritesTogetherTests(InMemoryEngine engine) : WritesTogetherContract(engine), IClassFixture<InMemoryEngine>;
