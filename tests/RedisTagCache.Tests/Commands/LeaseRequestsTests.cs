using System.Globalization;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Scripts;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Commands;

/// <summary>What requests for leases send, alone and together, and what becomes of every reply: also of what only a foreign server would answer.</summary>
public sealed class LeaseRequestsTests : IDisposable
{
    /// <summary>How many are in progress before others travel together.</summary>
    private const int First = 8;

    private const int Together = 5;
    private const string Stamp = "5:0000000000000007:00000001";
    private static readonly EpochStamp _stamp = new(5, 7, 1);
    private static readonly KeySpace _keys = new("rtc", "build", 1);
    private static readonly Partition _partition = _keys.Partitions[0];
    private readonly ManualResetEventSlim _mayAnswer = new(initialState: true);
    private readonly ScriptedServer _server;
    private readonly ConnectionMultiplexer _client;
    private readonly LeaseRequests _requests = new(_partition, TimeProvider.System);
    private Func<string[], string> _answer = Grant;

    public LeaseRequestsTests()
    {
        _server = new ScriptedServer(words => words[0] == "lease_acquire" ? Answer(words) : null);
        _client = ConnectionMultiplexer.Connect(_server.ConnectionString);
    }

    public static TheoryData<string> ForeignReplies => [.. Foreign()];

    public void Dispose()
    {
        _mayAnswer.Set();
        _client.Dispose();
        _server.Dispose();
        _mayAnswer.Dispose();
    }

    [Fact]
    public async Task AcquireAsync_OneRequest_SendsTheKeysAndArgumentsThatTheScriptNames()
    {
        await AcquireAsync("k", "me", "A"u8.ToArray(), isPatient: true);
        await AcquireAsync("k", "me", LeaseAcquireScript.NotLooked, isPatient: false);
        string[] keys = ["{rtc:0}:epoch", "{rtc:0}:removals", "{rtc:0}:e:hybrid:build:k", "{rtc:0}:l:hybrid:build:k"];
        Assert.Equal([["lease_acquire", .. keys, "me", "20000", "A", "1"], ["lease_acquire", .. keys, "me", "20000", "*", "0"]], _server.AskedOf("lease_acquire"));
        Assert.Equal((LeaseAcquireScript.KeyNames.Length, LeaseAcquireScript.ArgumentNames.Length), (keys.Length, 4));
    }

    [Theory]
    [InlineData(1, Stamp, "1763862000000123", 20_000, 20_000)]
    [InlineData(0, Stamp, "1.763862000000123e+15", 1, 1)]
    [InlineData(2, Stamp, "1763862000000123", 0, 0)]
    [InlineData(0, Stamp, "1763862000000123", -1, 0)]
    [InlineData(0, Stamp, "1763862000000123", -2, 0)]
    [InlineData(4, "", "1763862000000123", 0, 0)]
    public async Task AcquireAsync_OneRequest_TellsVerdictStampRemovalAndTimeLeft(int verdict, string stamp, string removal, long left, int expectedLeft)
    {
        _answer = _ => ScriptedServer.List(ScriptedServer.Bulk(stamp), ScriptedServer.Bulk(removal), Number(verdict), Number(left));
        Assert.Equal(
            new LeaseReply((LeaseVerdict)verdict, stamp.Length > 0 ? _stamp : null, 1_763_862_000_000_123, TimeSpan.FromMilliseconds(expectedLeft)),
            await AcquireAsync("k"));
    }

    [Theory]
    [MemberData(nameof(ForeignReplies))]
    public async Task AcquireAsync_ForeignReply_IsTroubleWithRedis(string reply)
    {
        _answer = _ => reply;
        Assert.True(RedisFailure.IsRedis(await Assert.ThrowsAnyAsync<Exception>(() => AcquireAsync("k"))), reply);
    }

    [Fact]
    public async Task AcquireAsync_ManyAtOnce_TravelTogetherAndEachIsAnswered()
    {
        LeaseVerdict[] verdicts = [LeaseVerdict.Granted, LeaseVerdict.Taken, LeaseVerdict.Paused, LeaseVerdict.Changed, LeaseVerdict.NotNeeded];
        _answer = words => Count(words) == 1 ? Grant(words) : Reply(verdicts.Select(static (verdict, i) => (verdict, i * 100L)));
        var replies = await Task.WhenAll(AcquireMany());

        Assert.All(replies[..First], static reply => Assert.Equal(new LeaseReply(LeaseVerdict.Granted, _stamp, 100, TimeSpan.FromSeconds(20)), reply));
        Assert.Equal(verdicts.Select(static (verdict, i) => new LeaseReply(verdict, _stamp, 100, TimeSpan.FromMilliseconds(i * 100))), replies[First..]);
        var together = _server.AskedOf("lease_acquire").Last();
        Assert.Equal(First + 1, _server.AskedOf("lease_acquire").Count());
        string[] keys = ["{rtc:0}:epoch", "{rtc:0}:removals", .. Indexes.SelectMany(static i => (string[])[$"{{rtc:0}}:e:hybrid:build:{Key(i)}", $"{{rtc:0}}:l:hybrid:build:{Key(i)}"])];
        Assert.Equal(["lease_acquire", .. keys, .. Indexes.SelectMany(static i => (string[])[Owner(i), "20000", "", "0"])], together);
    }

    [Fact]
    public async Task AcquireAsync_OneOfManyFails_IsSentAgainAloneAndFailsAlone()
    {
        _answer = words => Count(words) > 1 ? Reply(Indexes.Select(static i => (i == First + 2 ? LeaseVerdict.Unavailable : LeaseVerdict.Granted, 20_000L)))
            : words.Contains(Owner(First + 2)) ? "-WRONGTYPE of this one\r\n"
            : Grant(words);
        var requests = AcquireMany();
        Assert.StartsWith("WRONGTYPE of this one", (await Assert.ThrowsAsync<RedisServerException>(() => requests[First + 2])).Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(requests.Where(static (_, i) => i != First + 2)), static reply => Assert.Equal(LeaseVerdict.Granted, reply.Verdict));
        Assert.Equal(First + 2, _server.AskedOf("lease_acquire").Count());
    }

    [Fact]
    public async Task AcquireAsync_ManyOfWhichOneFailed_CanBeUsedAgain()
    {
        var hasFailed = false;
        _answer = words => Count(words) == 1 ? Grant(words)
            : Reply(Indexes.Select(i => (i == First && !hasFailed ? LeaseVerdict.Unavailable : LeaseVerdict.Granted, 20_000L)));
        for (var round = 0; round < 3; round++, hasFailed = true)
            Assert.All(await Task.WhenAll(AcquireMany()), static reply => Assert.Equal(LeaseVerdict.Granted, reply.Verdict));
        Assert.Equal((3 * (First + 1)) + 1, _server.AskedOf("lease_acquire").Count());
    }

    [Theory]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("READONLY You can't write against a read only replica.")]
    public async Task AcquireAsync_ManyRefusedForAMoment_AreSentAgainEachAlone(string error)
    {
        _answer = words => Count(words) == 1 ? Grant(words) : $"-{error}\r\n";
        Assert.All(await Task.WhenAll(AcquireMany()), static reply => Assert.Equal(LeaseVerdict.Granted, reply.Verdict));
        Assert.Equal(First + 1 + Together, _server.AskedOf("lease_acquire").Count());
    }

    [Theory]
    [InlineData("-ERR foreign\r\n")]
    [InlineData("*0\r\n")]
    [InlineData("*4\r\n$0\r\n\r\n:1\r\n:1\r\n:1\r\n")]
    public async Task AcquireAsync_ManyWithAForeignReply_AllFail(string reply)
    {
        _answer = words => Count(words) == 1 ? Grant(words) : reply;
        var requests = AcquireMany();
        Assert.All(await Task.WhenAll(requests[..First]), static reply => Assert.Equal(LeaseVerdict.Granted, reply.Verdict));
        foreach (var request in requests[First..])
            Assert.True(RedisFailure.IsRedis(await Assert.ThrowsAnyAsync<Exception>(() => request)));
    }

    [Fact]
    public async Task AcquireAsync_NobodyWaitsAnyMore_IsNotSent()
    {
        _mayAnswer.Reset();
        var first = Enumerable.Range(0, First).Select(static i => i).Select(i => AcquireAsync(Key(i), Owner(i))).ToArray();
        var late = AcquireAsync("late", "late", deadline: 0);
        var next = AcquireAsync("next", "next");
        _mayAnswer.Set();
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        Assert.Equal(LeaseVerdict.Granted, (await next).Verdict);
        await Task.WhenAll(first);
        Assert.DoesNotContain(_server.AskedOf("lease_acquire"), static words => words.Contains("late"));
    }

    private static IEnumerable<int> Indexes => Enumerable.Range(First, Together);

    /// <summary>Requests more than are sent at once: the server answers when all were made, so that the later ones travel together.</summary>
    private Task<LeaseReply>[] AcquireMany()
    {
        _mayAnswer.Reset();
        var requests = Enumerable.Range(0, First + Together).Select(i => AcquireAsync(Key(i), Owner(i))).ToArray();
        _mayAnswer.Set();
        return requests;
    }

    private Task<LeaseReply> AcquireAsync(string key, string owner = "me", byte[]? identity = null, bool isPatient = false, long deadline = long.MaxValue) => _requests
        .AcquireAsync(_client.GetDatabase(), _keys.Locate(CacheRegion.Hybrid, _partition, key), owner, TimeSpan.FromSeconds(20), identity, isPatient, deadline)
        .AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private string Answer(string[] words)
    {
        _mayAnswer.Wait();
        return _answer(words);
    }

    private static string Grant(string[] words) => Reply(Enumerable.Repeat((LeaseVerdict.Granted, 20_000L), Count(words)));

    private static string Reply(IEnumerable<(LeaseVerdict Verdict, long Left)> requests) => ScriptedServer.List(
        [ScriptedServer.Bulk(Stamp), ScriptedServer.Bulk("100"), .. requests.SelectMany(static one => (string[])[Number((long)one.Verdict), Number(one.Left)])]);

    /// <summary>How many requests a call is for: each has two keys and four arguments.</summary>
    private static int Count(string[] words) => (words.Length - 3) / 6;

    private static string Key(int i) => "k" + i.ToString(CultureInfo.InvariantCulture);

    private static string Owner(int i) => "owner-" + i.ToString(CultureInfo.InvariantCulture);

    private static string Number(long value) => string.Create(CultureInfo.InvariantCulture, $":{value}\r\n");

    private static IEnumerable<string> Foreign()
    {
        var (stamp, removal, verdict, left) = (ScriptedServer.Bulk(Stamp), ScriptedServer.Bulk("4"), Number(1), Number(5));
        foreach (var other in new[] { "*0\r\n", "*-1\r\n", "$-1\r\n", ":7\r\n", "$7\r\nforeign\r\n", "*1\r\n:1\r\n", "*2\r\n:1\r\n:7\r\n", "-ERR foreign\r\n" })
            yield return other;
        foreach (var part in new[] { "$-1\r\n", "*0\r\n", "$7\r\nforeign\r\n", "$0\r\n\r\n", ":-7\r\n", "$3\r\nnan\r\n", "$20\r\n99999999999999999999\r\n" })
            yield return ScriptedServer.List(stamp, part, verdict, left);
        foreach (var part in new[] { "$-1\r\n", "*0\r\n", "$7\r\nforeign\r\n", ":-1\r\n", Number((long)LeaseVerdict.Unavailable), ":99\r\n", "$3\r\n1.5\r\n" })
            yield return ScriptedServer.List(stamp, removal, part, left);
        foreach (var part in new[] { "$-1\r\n", "*0\r\n", "$7\r\nforeign\r\n", "$3\r\nnan\r\n", "$20\r\n99999999999999999999\r\n" })
            yield return ScriptedServer.List(stamp, removal, verdict, part);
        yield return ScriptedServer.List(stamp, removal, verdict, left, verdict, left);
    }
}
