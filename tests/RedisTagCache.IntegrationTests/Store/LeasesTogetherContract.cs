using System.Globalization;
using System.Text;
using RedisTagCache.Commands;
using RedisTagCache.Scripts;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Many leases that are requested at once travel together, and each is granted or not as if it were requested alone.</summary>
public abstract class LeasesTogetherContract(IEngine engine) : StoreSuite(engine)
{
    private const int Many = 300;
    private static readonly EpochStamp _now = new(100, 7, 1);
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(60);
    private Partition? _partition;

    [Fact]
    public async Task ManyAtOnce_EachIsAnsweredByItsOwnLeaseAndEntry()
    {
        await BeginAsync();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(PrepareAsync));
        var leases = new LeaseRequests(Partition, TimeProvider.System);
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => AcquireAsync(leases, i, Owner(i), i % 6 == 4 ? "other" : "", isPatient: i % 2 == 0)));
        Assert.All(replies.Index(), static one => Assert.Equal((Expected(one.Index), (EpochStamp?)_now, 100), (one.Item.Verdict, one.Item.Stamp, one.Item.Removal)));
        for (var i = 0; i < Many; i++)
        {
            var (owner, waiters) = (await Database.HashGetAsync(At(i).Lease, "owner"), await Database.HashExistsAsync(At(i).Lease, "waiters"));
            Assert.Equal((OwnerAfter(i), i % 6 == 1), ((string?)owner, waiters));
            if (Expected(i) == LeaseVerdict.Granted)
                Assert.InRange((await Database.KeyTimeToLiveAsync(At(i).Lease))!.Value, TimeSpan.FromSeconds(1), _duration);
            if (Expected(i) is not LeaseVerdict.Changed)
                Assert.InRange(replies[i].Left, TimeSpan.FromSeconds(1), _duration);
        }
    }

    [Fact]
    public async Task ManyAtOnce_OfOneKey_OneIsGranted()
    {
        await BeginAsync();
        var leases = new LeaseRequests(Partition, TimeProvider.System);
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => AcquireAsync(leases, 0, Owner(i))));
        Assert.Equal(Owner(Assert.Single(replies.Index(), static one => one.Item.Verdict == LeaseVerdict.Granted).Index), (string?)await Database.HashGetAsync(At(0).Lease, "owner"));
        Assert.Equal(Many - 1, replies.Count(static reply => reply.Verdict == LeaseVerdict.Taken));
    }

    [Fact]
    public async Task ManyAtOnce_SomeOfWhichFail_TheOthersAreGranted()
    {
        await BeginAsync();
        foreach (var i in Enumerable.Range(0, Many).Where(static i => i % 10 == 9))
            await (i % 20 == 9 ? Database.HashSetAsync(At(i).Key, "of another", "type", When.Always) : Database.StringSetAsync(At(i).Lease, "of another type"));
        var leases = new LeaseRequests(Partition, TimeProvider.System);
        var requests = Enumerable.Range(0, Many).Select(i => AcquireAsync(leases, i, Owner(i))).ToArray();
        for (var i = 0; i < Many; i++)
        {
            if (i % 10 == 9)
                Assert.Contains("WRONGTYPE", (await Assert.ThrowsAsync<RedisServerException>(() => requests[i])).Message, StringComparison.Ordinal);
            else
                Assert.Equal((LeaseVerdict.Granted, Owner(i)), ((await requests[i]).Verdict, (string?)await Database.HashGetAsync(At(i).Lease, "owner")));
        }
    }

    [Fact]
    public async Task ManyAtOnce_WithoutAnEpoch_AreToldToLookUpAgain()
    {
        var leases = new LeaseRequests(Partition, TimeProvider.System);
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => AcquireAsync(leases, i, Owner(i))));
        Assert.All(replies, static reply => Assert.Equal(new LeaseReply(LeaseVerdict.Changed, null, 0, TimeSpan.Zero), reply));
    }

    [Fact]
    public async Task ManyMissesAtOnce_EachIsComputedOnce_AndOneThatIsCanceledTakesNoneWithIt()
    {
        var cache = NewInstance().Get<ITagCache>();
        for (var i = 0; i < 40; i++)
            await cache.GetOrCreateAsync($"first:{i}", static (_, _) => new ValueTask<string>("v")); // from then on, misses are expected
        using var source = new CancellationTokenSource();
        var computed = new int[Many];
        var calls = Enumerable.Range(0, Many).Select(i => GetAsync(cache, i, computed, i % 3 == 0 ? source.Token : CancellationToken.None)).ToArray();
        await source.CancelAsync();
        var values = await Task.WhenAll(calls);
        Assert.All(values.Index(), static one => Assert.True(one.Item == Name(one.Index) || (one.Index % 3 == 0 && one.Item is null)));
        Assert.All(computed.Index(), static one => Assert.True(one.Item == 1 || (one.Index % 3 == 0 && one.Item == 0), $"{one.Index} was computed {one.Item} times"));
        await Eventually.BecomesTrueAsync(() => Keys("}:l:*").Length == 0, "no lease is left");
    }

    private Partition Partition => _partition ??= Partitions[0];

    private EntryLocation At(int i) => new(Partition, $"{Partition.HashTag}:e:h:b:{Name(i)}", $"{Partition.HashTag}:l:h:b:{Name(i)}");

    private static string Name(int i) => "value-" + i.ToString("0000", CultureInfo.InvariantCulture);

    private static string Owner(int i) => "owner-" + i.ToString(CultureInfo.InvariantCulture);

    private static async Task<string?> GetAsync(ITagCache cache, int i, int[] computed, CancellationToken cancellationToken)
    {
        try
        {
            return await cache.GetOrCreateAsync(
                Name(i),
                (_, _) =>
                {
                    Interlocked.Increment(ref computed[i]);
                    return new ValueTask<string>(Name(i));
                },
                cancellationToken: cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private Task<LeaseReply> AcquireAsync(LeaseRequests leases, int key, string owner, string identity = "", bool isPatient = false) =>
        leases.AcquireAsync(Database, At(key), owner, _duration, Encoding.UTF8.GetBytes(identity), isPatient, long.MaxValue).AsTask();

    /// <summary>Gives the partition its epoch and its log.</summary>
    private async Task BeginAsync()
    {
        await Database.StringSetAsync(Partition.Epoch, _now.ToString());
        await Database.SortedSetAddAsync(Partition.Removals, "last", 100);
    }

    private async Task PrepareAsync(int i)
    {
        var owner = (i % 6) switch { 0 or 1 => "another", 2 or 3 => LeaseReleaseScript.Pause, 5 when i % 4 == 1 => LeaseReleaseScript.Pass, _ => null };
        if (owner is null)
            return;
        await Database.HashSetAsync(At(i).Lease, "owner", owner);
        await Database.KeyExpireAsync(At(i).Lease, TimeSpan.FromSeconds(30));
    }

    /// <summary>Those with an even number have an old value.</summary>
    private static LeaseVerdict Expected(int i) => (i % 6) switch
    {
        0 or 1 => LeaseVerdict.Taken,
        2 => LeaseVerdict.Paused,
        3 => LeaseVerdict.Granted,
        4 => LeaseVerdict.Changed,
        _ => i % 4 == 1 ? LeaseVerdict.NotNeeded : LeaseVerdict.Granted,
    };

    private static string? OwnerAfter(int i) => Expected(i) switch
    {
        LeaseVerdict.Taken => "another",
        LeaseVerdict.Paused => LeaseReleaseScript.Pause,
        LeaseVerdict.NotNeeded => LeaseReleaseScript.Pass,
        LeaseVerdict.Granted => Owner(i),
        _ => null,
    };
}

public sealed class StandaloneLeasesTogetherTests(StandaloneEngine engine) : LeasesTogetherContract(engine), IClassFixture<StandaloneEngine>;

public sealed class ClusterLeasesTogetherTests(ClusterEngine engine) : LeasesTogetherContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedLeasesTogetherTests(EmbeddedEngine engine) : LeasesTogetherContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryLeasesTogetherTests(InMemoryEngine engine) : LeasesTogetherContract(engine), IClassFixture<InMemoryEngine>;
