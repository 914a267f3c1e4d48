using RedisTagCache.Connection;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Scripts;

/// <summary>What the scripts for leases, values and removals answer, read: also what only a foreign server would answer.</summary>
public sealed class ValueScriptReplyTests
{
    private const string Stamp = "5:0000000000000007:00000001";
    private static readonly EpochStamp _stamp = new(5, 7, 1);

    // Every script that answers, by its name; what those answer whose requests travel together is read from the bytes: see ForeignServerTests, LeaseRequestsTests and StagedEntryTests.
    private static readonly Dictionary<string, Func<RedisResult, object?>> _parsers = new()
    {
        ["entry_drop"] = reply => EntryDropScript.Parse(reply),
        ["entry_touch"] = reply => EntryTouchScript.Parse(reply),
        ["entry_remove"] = reply => EntryRemoveScript.Parse(reply),
        ["lease_renew"] = reply => LeaseRenewScript.Parse(reply),
        ["lease_release"] = reply => LeaseReleaseScript.Parse(reply),
        ["invalidations_find"] = InvalidationsFindScript.Parse,
        ["invalidations_sync"] = InvalidationsSyncScript.Parse,
        ["removals_sync"] = RemovalsSyncScript.Parse,
        ["server_info"] = ServerInfoScript.Parse,
        ["tag_invalidate"] = TagInvalidateScript.Parse,
    };

    private static readonly string[] _together = ["entry_fill", "entry_overwrite", "entry_set", "lease_acquire"];

    public static TheoryData<string> Scripts => [.. _parsers.Keys];

    [Fact]
    public void Scripts_Always_AreAllHere() => Assert.Equal(ScriptFiles.ByName.Keys.Order(), Scripts.Select(row => row.Data).Concat(_together).Select(name => name + ".lua").Order());

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Parse_OfAForeignReply_IsTroubleWithRedis(string script)
    {
        RedisValue[] values = [RedisValue.Null, "", "foreign", 0, 1, -1, 7, "1", "1.5", "1e300", "nan", "-inf", long.MaxValue, long.MinValue, ulong.MaxValue, "99999999999999999999", Stamp, new byte[] { 0xFF }];
        RedisResult[] replies =
        [
            RedisResult.Create((RedisValue[]?)null!), Reply(),
            .. values.Select(One),
            .. Lists(values, 1), .. Lists(values, 2), .. Lists(values, 3), .. Lists([RedisValue.Null, "x", 1, long.MaxValue, "1e300", Stamp], 4),
            RedisResult.Create([Reply(1, Stamp), Reply(1, Stamp), Reply(), Reply("4")]),
            RedisResult.Create([One(1), Reply(Stamp, Stamp), One("4"), One(5)]),
            RedisResult.Create([One(1), One(Stamp), One("4"), Reply()]),
        ];
        foreach (var reply in replies)
        {
            var e = Record.Exception(() => ScriptReply.Read(reply, reply => _parsers[script](reply)));
            Assert.True(e is null || RedisFailure.IsRedis(e), $"{reply}: {e}");
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void Parse_OfARenewalOrARelease_TellsWhetherTheLeaseWasTheCallers(int reply, bool expected)
    {
        Assert.Equal(expected, LeaseRenewScript.Parse(One(reply)));
        Assert.Equal(expected, LeaseReleaseScript.Parse(One(reply)));
    }

    [Fact]
    public void Parse_Removal_TellsBothNumbers() => Assert.Equal(new RemovalReply(9, 8), EntryRemoveScript.Parse(Reply("9", "8")));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(RemovalsSyncScript.PageSize - 1, false)]
    [InlineData(RemovalsSyncScript.PageSize, true)]
    public void Parse_OfRemovals_TellsBothNumbersAndTheEntries(int count, bool hasMore)
    {
        var page = RemovalsSyncScript.Parse(Reply(["1763862000000123", "1.7638620000001e+15", .. Enumerable.Range(1, count).SelectMany(i => new RedisValue[] { $"entry{i}", i })]));
        Assert.Equal((1_763_862_000_000_123, 1_763_862_000_000_100, hasMore), (page.Newest, page.Floor, page.HasMore));
        Assert.Equal(Enumerable.Range(1, count).Select(i => ($"entry{i}", (long)i)), page.Removals.Select(row => (System.Text.Encoding.UTF8.GetString(row.Entry), row.Number)));
    }

    [Fact]
    public void Call_OfAnyScriptForValues_HasTheKeysAndArgumentsItNames()
    {
        var keys = new KeySpace("rtc", "build", 1);
        var address = keys.Locate(CacheRegion.Hybrid, keys.Partitions[0], "k");
        const string Entry = "{rtc:0}:e:hybrid:build:k", Lease = "{rtc:0}:l:hybrid:build:k", Epoch = "{rtc:0}:epoch", Removals = "{rtc:0}:removals";

        Check(LeaseRenewScript.Call(address, "me", TimeSpan.FromSeconds(20)), [Lease], ["me", "20000"]);
        Check(LeaseReleaseScript.Call(address, "me", LeaseReleaseScript.Pause, TimeSpan.FromSeconds(10)), [Lease, Entry, Epoch], ["me", "pause", "10000", "PUBLISH"]);
        Check(EntryRemoveScript.Call(address), [Entry, Epoch, Lease, Removals], ["60000000", "10000", "PUBLISH"]);
        Check(RemovalsSyncScript.Call(keys.Partitions[0], 9), [Removals], ["9", "2000"]);

        static void Check(ScriptCall call, string[] keys, string[] arguments)
        {
            Assert.Equal(keys, call.Keys.Select(key => (string)key!));
            Assert.Equal(arguments, call.Arguments.Select(argument => (string)argument!));
            var type = Assert.Single(ScriptFiles.Types, type => ScriptFiles.Script(type) == call.Script);
            Assert.Equal((ScriptFiles.Names(type, "KeyNames").Length, ScriptFiles.Names(type, "ArgumentNames").Length), (keys.Length, arguments.Length));
        }
    }

    private static IEnumerable<RedisResult> Lists(RedisValue[] values, int length) => length == 0
        ? [Reply()]
        : Lists(values, length - 1).SelectMany(list => values.Select(value => Reply([.. (RedisValue[])list!, value])));

    private static RedisResult One(RedisValue value) => RedisResult.Create(value);

    private static RedisResult Reply(params RedisValue[] parts) => RedisResult.Create(parts);
}
