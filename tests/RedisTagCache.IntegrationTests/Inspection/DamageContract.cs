using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.IntegrationTests.Store;
using RedisTagCache.Management;
using RedisTagCache.Management.Internal;
using RedisTagCache.Tags;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Inspection;

/// <summary>Whatever somebody has written under the prefix, a search finds everything else too, and its memory is bounded.</summary>
public abstract class DamageContract(IEngine engine) : StoreSuite(engine)
{
    private static readonly CacheScanPace _quick = new(500, TimeSpan.Zero);

    private static readonly string[] _fields = ["Generation", "Epoch", "CreatedAt", "FreshUntil", "EndsAt", "Sliding", "StaleUntil"];

    private static readonly long[] _numbers =
    [
        long.MinValue, -1, 0, 1, (long)int.MaxValue + 1, 922_337_203_685_477, 922_337_203_685_478, 253_402_300_799_999, 253_402_300_800_000, long.MaxValue - 1, long.MaxValue,
    ];

    private KeySpace? _keys;

    private ITagCacheInspector Inspector => NewInstance().Get<ITagCacheInspector>();

    [Fact]
    public async Task Search_PastImpossibleHeaders_GoesOn()
    {
        await A.WriteAsync("other", "v", "t");
        var keys = new List<string> { "other" };
        foreach (var (field, number, isTagged) in from field in _fields from number in _numbers from isTagged in (bool[])[true, false] select (field, number, isTagged))
        {
            keys.Add($"{field} {number} {isTagged}");
            await PlaceAsync(keys[^1], Envelope(keys[^1], field, number, isTagged));
        }

        var inspector = Inspector;
        Assert.Equal(keys.Order(StringComparer.Ordinal), (await FindAsync(new CacheEntryQuery())).Select(static entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Equal((keys.Count - 1) / 2, (await FindAsync(new CacheEntryQuery { Tag = "t" })).Count(static entry => entry.Key != "other"));
        foreach (var key in keys)
            Assert.NotNull(await inspector.InspectAsync("pages", key, new CacheInspectOptions { IncludePayload = true }));
        await inspector.ReclaimAsync(new CacheReclaimOptions { DryRun = true, OtherBuildsOlderThan = TimeSpan.FromMinutes(1) });
        await inspector.DescribeAsync();
    }

    [Fact]
    public async Task Search_PastWhatIsNoEntry_GoesOn()
    {
        await A.WriteAsync("other", "v", "t");
        byte[][] strings =
        [
            "no entry"u8.ToArray(), "RTC"u8.ToArray(), [.. "RTC\u0002"u8, .. new byte[76]], [.. "RTC\u0002"u8, .. Enumerable.Repeat((byte)0xff, 76)], [.. "RTC\u0002"u8, .. Claiming(400_000_000)],
        ];
        for (var i = 0; i < strings.Length; i++)
            await PlaceAsync("s" + i, strings[i]);
        await Database.ExecuteAsync("HSET", KeyOf("hash"), "field", "v");
        await Database.ExecuteAsync("RPUSH", KeyOf("list"), "v");
        await Database.ExecuteAsync("ZADD", KeyOf("set"), 1, "v");
        var found = await FindAsync(new CacheEntryQuery());
        Assert.Equal(["hash", "list", "other", "s0", "s1", "s2", "s3", "s4", "set"], found.Select(static entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.All(found.Where(static entry => entry.Key != "other"), static entry => Assert.Equal(CacheEntryStatus.Invalidated, entry.Status));
    }

    [Theory]
    [InlineData(900_000_000_000_000)]
    [InlineData(9_000_000_000_000_000)]
    public async Task Search_PastAnEntryThatRedisKeepsForAges_GoesOn(long milliseconds)
    {
        await A.WriteAsync("k", "v", "t");
        try
        {
            await Database.ExecuteAsync("PEXPIRE", EntryKey(), milliseconds);
        }
        catch (RedisServerException)
        {
            Assert.Skip("This server refuses an expiration that far away.");
        }

        if (EntryKeys().Length == 0)
            Assert.Skip("This server takes it for a time that is over.");

        Assert.True(Assert.Single(await FindAsync(new CacheEntryQuery())).TimeToLive > TimeSpan.FromDays(1_000_000));
        Assert.NotNull(await Inspector.InspectAsync("pages", "k"));
    }

    [Theory]
    [InlineData("+inf")]
    [InlineData("-1")]
    [InlineData("9007199254740991")]
    public async Task Describe_WithAnImpossibleWatermark_GoesOn(string score)
    {
        await A.EvictByTagAsync("x");
        for (var i = 0; i < Engine.Partitions; i++)
            await Database.ExecuteAsync("ZADD", KeyOf(i, "marks"), score, "floor");
        Assert.Equal(Engine.Partitions, (await Inspector.DescribeAsync()).Partitions.Count);
    }

    private static byte[] Claiming(int payloadOffset)
    {
        var header = new byte[76];
        BitConverter.TryWriteBytes(header.AsSpan(8), payloadOffset);
        return header;
    }

    private byte[] Envelope(string key, string field, long number, bool isTagged)
    {
        const long Now = 1_700_000_000_000;
        var header = new EnvelopeHeader(
            field == "Generation" ? (ulong)number : 1,
            field == "Epoch" ? number : 1,
            field == "CreatedAt" ? number : Now,
            field == "FreshUntil" ? number : Now,
            field == "EndsAt" ? number : Now,
            field == "Sliding" ? number : 0,
            field == "StaleUntil" ? number : 0);
        byte[][] tags = isTagged ? [TagId.Of("t", "tag")] : [];
        var bytes = new byte[EnvelopeWriter.Measure(tags, 1)];
        EnvelopeWriter.Write(bytes, Stored(key).KeyHash, header, isTagged, tags, new ReadOnlySequence<byte>(new byte[1]));
        return bytes;
    }

    private Task<bool> PlaceAsync(string key, byte[] bytes) => Database.StringSetAsync(KeyOf(key), bytes);

    private RedisKey KeyOf(string key) => Stored(key).Key;

    private StoredKey Stored(string key) => StoredKey.Of((_keys ??= new KeySpace(Prefix, "test", Engine.Partitions)).PartitionOf(key), "pages", "test", key);

    private async Task<List<CacheEntryInfo>> FindAsync(CacheEntryQuery query)
    {
        var found = new List<CacheEntryInfo>();
        await foreach (var entry in Inspector.FindAsync(query with { Pace = _quick, MaxResults = 1_000 }))
            found.Add(entry);
        return found;
    }
}

public sealed class StandaloneDamageTests(StandaloneEngine engine) : DamageContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedDamageTests(PartitionedEngine engine) : DamageContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterDamageTests(ClusterEngine engine) : DamageContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedDamageTests(EmbeddedEngine engine) : DamageContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryDamageTests(InMemoryEngine engine) : DamageContract(engine), IClassFixture<InMemoryEngine>;
