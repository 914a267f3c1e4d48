using System.Globalization;
using RedisTagCache.Commands;
using RedisTagCache.Scripts;
using RedisTagCache.Tests.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Commands;

/// <summary>Large entries, which are staged: what becomes of them and of those that they travel with when the server takes some of them, and not others.</summary>
public sealed class StagedEntryTests : IDisposable
{
    /// <summary>How many are in progress before others travel together.</summary>
    private const int First = 8;

    private const int Together = 3;
    private const int Refused = First + 1;
    private const string OutOfMemory = "OOM command not allowed when used memory > 'maxmemory'.";
    private static readonly EpochStamp _stamp = new(5, 7, 1);
    private static readonly KeySpace _keys = new("rtc", "build", 1);
    private static readonly Partition _partition = _keys.Partitions[0];
    private readonly ManualResetEventSlim _mayAnswer = new(initialState: true);
    private readonly ScriptedServer _server;
    private readonly ConnectionMultiplexer _client;
    private readonly HashSet<string> _staged = [];
    private readonly EntryWrites _writes = new(_partition, new VersionText());
    private readonly ValueFills _fills = new(_partition, new VersionText());
    private readonly ValueOverwrites _overwrites = new(_partition, new VersionText());
    private Func<int, bool> _isRefused = static _ => false;
    private int _tries;

    public StagedEntryTests()
    {
        _server = new ScriptedServer(Answer);
        _client = ConnectionMultiplexer.Connect(_server.ConnectionString);
    }

    public static TheoryData<string> Scripts => ["entry_set", "entry_fill", "entry_overwrite"];

    public void Dispose()
    {
        _mayAnswer.Set();
        _client.Dispose();
        _server.Dispose();
        _mayAnswer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Write_OneOfSeveralIsNotStaged_IsSentAgainAlone(string script)
    {
        _isRefused = static tries => tries == 1;
        Assert.All(await Task.WhenAll(WriteMany(script)), Assert.True);
        Assert.Equal([.. Enumerable.Repeat(1, First), Together, 1], Counts(script));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Write_OneOfSeveralIsNeverStaged_FailsAndTheOthersAreStored(string script)
    {
        _isRefused = static _ => true;
        var writes = WriteMany(script);
        Assert.Equal(OutOfMemory, (await Assert.ThrowsAsync<RedisServerException>(() => writes[Refused])).Message);
        Assert.All(await Task.WhenAll(writes.Where(static (_, i) => i != Refused)), Assert.True);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Write_VeryLarge_IsStagedLikeOthers(string script)
    {
        Assert.True(await WriteAsync(script, 0, 300_000));
        Assert.Single(_staged);
        Assert.Equal([1], Counts(script));
    }

    /// <summary>Writes more than are sent at once: the server answers when all were made, so that the later ones travel together.</summary>
    private Task<bool>[] WriteMany(string script)
    {
        _mayAnswer.Reset();
        var writes = Enumerable.Range(0, First + Together).Select(i => WriteAsync(script, i, i < First ? 10 : 10_000)).ToArray();
        _mayAnswer.Set();
        return writes;
    }

    private async Task<bool> WriteAsync(string script, int i, int length)
    {
        var (database, location, envelope) = (_client.GetDatabase(), _keys.Locate(CacheRegion.Hybrid, _partition, "k" + i.ToString(CultureInfo.InvariantCulture)), new byte[length]);
        envelope[0] = (byte)i;
        return script switch
        {
            "entry_set" => (await _writes.WriteAsync(database, location.Key, envelope, 1_000, _stamp)).Stored,
            "entry_fill" => (await _fills.WriteAsync(database, location, envelope, 1_000, _stamp, "me", 9)).Stored,
            _ => (await _overwrites.WriteAsync(database, location, envelope, 1_000, _stamp)).Stored,
        };
    }

    /// <summary>How many entries each script was for.</summary>
    private IEnumerable<int> Counts(string script) => _server.AskedOf(script).Select(words => words.Count(static word => word.Contains(":e:", StringComparison.Ordinal)));

    private string? Answer(string[] words)
    {
        if (words[0] == "SETEX")
        {
            if (words[^1][0] == Refused && _isRefused(++_tries))
                return $"-{OutOfMemory}\r\n";
            _staged.Add(words[1]);
            return "+OK\r\n";
        }

        if (!words[0].StartsWith("entry_", StringComparison.Ordinal))
            return null;
        _mayAnswer.Wait();
        var entries = words.Count(static word => word.Contains(":e:", StringComparison.Ordinal));
        var staged = words.Where(static word => word.Contains(":staged:", StringComparison.Ordinal)).ToArray();
        var verdicts = Enumerable.Range(0, entries).Select(i => staged.Length == 0 || _staged.Contains(staged[i]) ? ":1\r\n" : ":0\r\n");
        string[] numbers = words[0] switch
        {
            "entry_set" => [],
            "entry_fill" => [ScriptedServer.Bulk("100")],
            _ => [ScriptedServer.Bulk("101"), ScriptedServer.Bulk("100")],
        };
        return ScriptedServer.List([ScriptedServer.Bulk(_stamp.ToString()), .. numbers, .. verdicts]);
    }
}
