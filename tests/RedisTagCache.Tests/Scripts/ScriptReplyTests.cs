using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Scripts;

/// <summary>What the scripts for entries and tag invalidations reply, read.</summary>
public sealed class ScriptReplyTests
{
    private const string Stamp = "5:0000000000000007:00000001";
    private static readonly EpochStamp _stamp = new(5, 7, 1);

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void Parse_OfATouch_TellsWhetherItWasProlonged(int reply, bool expected) => Assert.Equal(expected, EntryTouchScript.Parse(RedisResult.Create(reply)));

    [Fact]
    public void Parse_OfATagInvalidation_TellsBothStampsAndTheFloor()
    {
        Assert.Equal(new TagInvalidationReply(_stamp, new EpochStamp(6, 7, 1), 4), TagInvalidateScript.Parse(Reply(Stamp, "6:7:1", "4")));
        Assert.Null(TagInvalidateScript.Parse(Reply()));
        Assert.Null(TagInvalidateScript.Parse(Reply("foreign", Stamp, "4")));
        Assert.Null(TagInvalidateScript.Parse(RedisResult.Create(RedisValue.Null)));
    }

    [Fact]
    public void Parse_OfASync_TellsStampFloorAndInvalidations()
    {
        var page = InvalidationsSyncScript.Parse(Reply(Stamp, "3", "floor", "3", "h=t", "1763862000000123", "s=u", "1.763862000000124e+15"));
        Assert.Equal((_stamp, 3L, false), (page.Stamp, page.Floor, page.HasMore));
        Assert.Equal([("floor", 3), ("h=t", 1_763_862_000_000_123), ("s=u", 1_763_862_000_000_124)], page.Invalidations.Select(row => (System.Text.Encoding.UTF8.GetString(row.Member), row.Epoch)));
    }

    [Fact]
    public void Parse_OfAFind_TellsStampFloorAndTheEpochOfEach()
    {
        var found = InvalidationsFindScript.Parse(Reply(Stamp, "3", "0", "1763862000000123", "1.763862000000124e+15"))!;
        Assert.Equal((_stamp, 3L), (found.Stamp, found.Floor));
        Assert.Equal([0, 1_763_862_000_000_123, 1_763_862_000_000_124], found.Epochs);
        Assert.Null(InvalidationsFindScript.Parse(Reply()));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(InvalidationsSyncScript.PageSize - 1, false)]
    [InlineData(InvalidationsSyncScript.PageSize, true)]
    public void Parse_OfASync_HasMoreWhenThePageIsFull(int invalidations, bool expected)
    {
        var rows = Enumerable.Range(1, invalidations).SelectMany(i => new RedisValue[] { $"h={i}", i });
        Assert.Equal(expected, InvalidationsSyncScript.Parse(Reply([Stamp, 0, .. rows])).HasMore);
    }

    [Fact]
    public void Call_OfAnyScript_HasAsManyKeysAndArgumentsAsItNames()
    {
        var partition = new KeySpace("rtc", "build", 1).Partitions[0];
        var address = new EntryLocation(partition, "{rtc:0}:e:s:b:k", "{rtc:0}:l:s:b:k");
        Check(typeof(EntryTouchScript), EntryTouchScript.Call(address, [1], 10), ["{rtc:0}:e:s:b:k"]);
        Check(typeof(InvalidationsSyncScript), InvalidationsSyncScript.Call(partition, null, 5, 0xAB), ["{rtc:0}:epoch", "{rtc:0}:marks"]);
        Check(typeof(InvalidationsFindScript), InvalidationsFindScript.Call(partition, [[1]]), ["{rtc:0}:epoch", "{rtc:0}:marks"]);
        Check(typeof(TagInvalidateScript), TagInvalidateScript.Call(partition, TimeSpan.FromDays(7), 1_000, [[1]]), ["{rtc:0}:epoch", "{rtc:0}:marks"]);

        static void Check(Type type, ScriptCall call, string[] keys)
        {
            Assert.Equal(keys, call.Keys.Select(key => (string)key!));
            Assert.Equal(ScriptFiles.Names(type, "KeyNames").Length, call.Keys.Length);
            Assert.Equal(ScriptFiles.Names(type, "ArgumentNames").Length, call.Arguments.Length);
            Assert.Same(ScriptFiles.Script(type), call.Script);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Call_OfASetOfEntries_HasTheKeysAndThenTheArgumentsOfEach(bool isByHash)
    {
        var parts = new RedisKeyOrValue[EntrySetScript.Count(entries: 2, staged: 1)];
        EntrySetScript.Begin(parts, "{rtc:0}:epoch", 2, 1, isByHash);
        EntrySetScript.Set(parts, 2, 1, 0, "{rtc:0}:e:s:b:k", "A"u8.ToArray(), 10, Stamp);
        EntrySetScript.Set(parts, 2, 1, 1, "{rtc:0}:e:s:b:l", default, 0, "6:7:1");
        EntrySetScript.SetStaged(parts, 2, 0, "{rtc:0}:staged:x");

        Assert.Equal(isByHash ? Convert.ToHexStringLower(EntrySetScript.Script.Hash) : EntrySetScript.Script.Text, (string?)parts[0].Value);
        Assert.Equal(4, (int)parts[1].Value);
        Assert.Equal(["{rtc:0}:epoch", "{rtc:0}:e:s:b:k", "{rtc:0}:e:s:b:l", "{rtc:0}:staged:x"], parts[2..6].Select(part => (string?)part.Key));
        Assert.Equal(["A", "10", Stamp, "", "0", "6:7:1"], parts[6..].Select(part => (string?)part.Value));
    }

    [Fact]
    public void Call_OfTagInvalidationsAndSync_TranslatesItsArguments()
    {
        var partition = new KeySpace("rtc", "build", 1).Partitions[0];
        Assert.Equal(["PUBLISH", "604800000000", "1000", "h=t", "s=u"], Texts(TagInvalidateScript.Call(partition, TimeSpan.FromDays(7), 1_000, ["h=t"u8.ToArray(), "s=u"u8.ToArray()])));
        Assert.Equal(["", "0", "2000", "00000000000000ab", "0"], Texts(InvalidationsSyncScript.Call(partition, null, 0, 0xAB)));
        Assert.Equal([Stamp, "6", "2000", "ffffffffffffffff", "0"], Texts(InvalidationsSyncScript.Call(partition, _stamp, 6, ulong.MaxValue)));

        static IEnumerable<string> Texts(ScriptCall call) => call.Arguments.Select(argument => (string)argument!);
    }

    private static RedisResult Reply(params RedisValue[] parts) => RedisResult.Create(parts);
}
