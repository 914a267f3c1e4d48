using System.Globalization;
using System.Text;
using RedisTagCache.Commands;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Model;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>One partition twice: in the model and on a real server. What is done is done to both, and what both tell and have afterwards is compared.</summary>
internal sealed partial class ScriptPair
{
    private const int Gap = 3;
    private const long LongLife = 600_000;
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(10);

    private readonly IDatabase _database;
    private readonly Partition _partition;
    private readonly EntryLocation[] _entries;
    private readonly EntryWrites _writes;
    private readonly ValueFills _fills;
    private readonly ValueOverwrites _overwrites;
    private readonly LeaseRequests _leases;
    private readonly Pairs _epochs = new();
    private readonly Pairs _removals = new();
    private readonly Dictionary<byte, uint> _runs = [];
    private readonly HashSet<Stamp> _stamps = [default];
    private Server _model;
    private byte _id;

    public ScriptPair(IDatabase database, string prefix)
    {
        _database = database;
        _partition = new Partition(prefix, 0, "0");
        var versions = new VersionText();
        (_writes, _fills, _overwrites) = (new EntryWrites(_partition, versions), new ValueFills(_partition, versions), new ValueOverwrites(_partition, versions));
        _leases = new LeaseRequests(_partition, TimeProvider.System);
        _entries = [.. Enumerable.Range(0, Two.Length).Select(i => new EntryLocation(_partition, $"{_partition.HashTag}:e:o:-:k{i}", $"{_partition.HashTag}:l:o:-:k{i}"))];
        _model.Here = 1;
    }

    /// <summary>The stamps that were seen, and none: what instances may know.</summary>
    public IReadOnlyCollection<Stamp> Stamps => _stamps;

    /// <summary>The numbers of removals that were seen, and none.</summary>
    public IEnumerable<byte> Removals => _removals.Known.Prepend((byte)0);

    /// <summary>The names of generations are given by who calls.</summary>
    public byte Generations { get; private set; }

    public bool HasRoom => _model.Clock < 200;

    public Server Model => _model;

    public async Task SyncTagInvalidationsAsync(Stamp known, bool isFull, byte floor)
    {
        var nonce = (byte)(Generations + 1);
        var from = isFull ? (byte)0 : (byte)(known.Epoch + 1);
        KeepTime();
        var expected = _model.SyncTagInvalidations(known, from, nonce, floor, Broken.None);
        var realFrom = isFull ? 0 : _epochs[known.Epoch] + 1;
        var page = InvalidationsSyncScript.Parse(await RunAsync(InvalidationsSyncScript.Call(_partition, known.IsNone ? null : Real(known), realFrom, nonce, _epochs[floor])));
        Generations = Math.Max(Generations, _model.Stamp.Generation);

        Same(expected.Stamp, page.Stamp);
        _epochs.Add(expected.Floor, page.Floor);
        var told = page.Invalidations.ToDictionary(row => Encoding.UTF8.GetString(row.Member), row => row.Epoch);
        told.Remove("floor");
        foreach (var (member, epoch) in Members(expected.EvictedAt, expected.ExpiredAt))
        {
            Assert.True(told.Remove(member, out var real), $"{member} is told");
            _epochs.Add(epoch, real);
        }

        Assert.Empty(told);
    }

    public async Task FindTagInvalidationsAsync()
    {
        var expected = _model.FindTagInvalidations();
        string[] members = [.. Members(Spread(3), Spread(3)).Select(member => member.Member)];
        var found = InvalidationsFindScript.Parse(await RunAsync(InvalidationsFindScript.Call(_partition, [.. members.Select(Encoding.UTF8.GetBytes)])));

        Same(expected.Stamp, found?.Stamp);
        if (found is null)
            return;
        _epochs.Add(expected.Floor, found.Floor);
        var there = Members(expected.EvictedAt, expected.ExpiredAt).ToDictionary(member => member.Member, member => member.Epoch);
        for (var i = 0; i < members.Length; i++)
            _epochs.Add(there.GetValueOrDefault(members[i]), found.Epochs[i]);
    }

    public async Task InvalidateAsync(byte evicted, byte expired, byte cap)
    {
        KeepTime();
        var expected = _model.Invalidate(evicted, expired, cap, Broken.None);
        byte[][] members = [.. Members(Spread(evicted), Spread(expired)).Select(member => Encoding.UTF8.GetBytes(member.Member))];
        var reply = TagInvalidateScript.Parse(await RunAsync(TagInvalidateScript.Call(_partition, _long, cap, members)));

        Assert.Equal(expected.IsRejected, reply is null);
        if (reply is null)
            return;
        Same(expected.Before, reply.Before);
        Same(expected.After, reply.After);
        _epochs.Add(expected.Floor, reply.Floor);
    }

    public async Task WriteAsync(int key, Stamp token, bool isStaged)
    {
        if (isStaged)
        {
            await WriteAsync(token, (key, true));
            return;
        }

        var id = ++_id;
        var expected = _model.SetEntry(key, new Entry(id, token.Epoch, token.Generation, 0, 0), token);
        var (stored, stamp) = await _writes.WriteAsync(_database, _entries[key].Key, BytesOf(id), LongLife, Real(token));
        Assert.Equal(expected, stored);
        Same(_model.Stamp, stamp);
    }

    public async Task FillAsync(int key, Stamp token, byte owner, byte startedAt, bool isStaged)
    {
        if (isStaged)
        {
            await FillAsync(token, owner, startedAt, (key, true));
            return;
        }

        var id = ++_id;
        var expected = _model.FillEntry(key, new Entry(id, token.Epoch, token.Generation, 0, 0), token, owner, startedAt, Broken.None);
        Same(expected, await _fills.WriteAsync(_database, _entries[key], BytesOf(id), LongLife, Real(token), NameOf(owner), _removals[startedAt]));
    }

    public async Task OverwriteAsync(int key, Stamp token, bool isStaged)
    {
        if (isStaged)
        {
            await OverwriteAsync(token, (key, true));
            return;
        }

        var id = ++_id;
        KeepTime();
        var expected = _model.OverwriteEntry(key, new Entry(id, token.Epoch, token.Generation, 0, 0), token, Broken.None);
        Same(expected, await _overwrites.WriteAsync(_database, _entries[key], BytesOf(id), LongLife, Real(token)));
    }

    /// <summary>Writes both keys in one script, which must be as if they were written one after the other. Either may be staged.</summary>
    public Task WriteBothAsync(Stamp token, bool isFirstStaged, bool isSecondStaged) => WriteAsync(token, (0, isFirstStaged), (1, isSecondStaged));

    /// <summary>Fills both keys in one script, which must be as if they were filled one after the other. Either may be staged.</summary>
    public Task FillBothAsync(Stamp token, byte owner, byte startedAt, bool isFirstStaged, bool isSecondStaged) =>
        FillAsync(token, owner, startedAt, (0, isFirstStaged), (1, isSecondStaged));

    /// <summary>Overwrites both keys in one script, which must be as if they were overwritten one after the other. Either may be staged.</summary>
    public Task OverwriteBothAsync(Stamp token, bool isFirstStaged, bool isSecondStaged) => OverwriteAsync(token, (0, isFirstStaged), (1, isSecondStaged));

    private async Task WriteAsync(Stamp token, params (int Key, bool IsStaged)[] writes)
    {
        var envelopes = await EnvelopesAsync(writes);
        var expected = (bool[])[.. envelopes.Ids.Zip(writes, (id, write) => _model.SetEntry(write.Key, new Entry(id, token.Epoch, token.Generation, 0, 0), token))];
        var reply = (RedisResult[])(await RunAsync(new ScriptCall(
            EntrySetScript.Script,
            [_partition.Epoch, .. writes.Select(write => (RedisKey)_entries[write.Key].Key), .. envelopes.Staged],
            [.. envelopes.Sent.SelectMany(envelope => new RedisValue[] { envelope, LongLife, Real(token).ToString() })])))!;
        Same(_model.Stamp, ScriptReply.Stamp((RedisValue)reply[0]));
        Assert.Equal(expected, reply[1..].Select(ScriptReply.IsDone));
    }

    private async Task FillAsync(Stamp token, byte owner, byte startedAt, params (int Key, bool IsStaged)[] fills)
    {
        var envelopes = await EnvelopesAsync(fills);
        var expected = (RedisTagCache.Model.FillReply[])[.. envelopes.Ids.Zip(
            fills, (id, fill) => _model.FillEntry(fill.Key, new Entry(id, token.Epoch, token.Generation, 0, 0), token, owner, startedAt, Broken.None))];
        var reply = (RedisResult[])(await RunAsync(new ScriptCall(
            EntryFillScript.Script,
            KeysOf(fills, envelopes.Staged),
            [_partition.Publish, .. envelopes.Sent.SelectMany(envelope => new RedisValue[] { envelope, LongLife, Real(token).ToString(), NameOf(owner), _removals[startedAt] })])))!;
        for (var i = 0; i < fills.Length; i++)
            Same(expected[i], new Scripts.FillReply(ScriptReply.IsDone(reply[2 + i]), ScriptReply.Stamp((RedisValue)reply[0]), NumberOf(reply[1])));
    }

    private async Task OverwriteAsync(Stamp token, params (int Key, bool IsStaged)[] overwrites)
    {
        var envelopes = await EnvelopesAsync(overwrites);
        KeepTime();
        var expected = (RedisTagCache.Model.FillReply[])[.. envelopes.Ids.Zip(
            overwrites, (id, overwrite) => _model.OverwriteEntry(overwrite.Key, new Entry(id, token.Epoch, token.Generation, 0, 0), token, Broken.None))];
        var reply = (RedisResult[])(await RunAsync(new ScriptCall(
            EntryOverwriteScript.Script,
            KeysOf(overwrites, envelopes.Staged),
            [
                RemovalsSyncScript.Retention, RemovalsSyncScript.Cap, _partition.Publish,
                .. envelopes.Sent.SelectMany(envelope => new RedisValue[] { envelope, LongLife, Real(token).ToString() }),
            ])))!;
        var (number, before) = (NumberOf(reply[1]), NumberOf(reply[2]));
        for (var i = 0; i < overwrites.Length; i++, (before, number) = (number, number + 1))
            Same(expected[i], new Scripts.FillReply(ScriptReply.IsDone(reply[3 + i]), ScriptReply.Stamp((RedisValue)reply[0]), number, before));
    }

    private static long NumberOf(RedisResult number) => (long)(double)(RedisValue)number;

    private RedisKey[] KeysOf((int Key, bool IsStaged)[] writes, RedisKey[] staged) =>
        [_partition.Epoch, _partition.Removals, .. writes.SelectMany(write => new RedisKey[] { _entries[write.Key].Key, _entries[write.Key].Lease }), .. staged];

    /// <summary>Envelopes, in the arguments or staged.</summary>
    private async Task<(byte[] Ids, RedisKey[] Staged, RedisValue[] Sent)> EnvelopesAsync((int Key, bool IsStaged)[] writes)
    {
        var ids = writes.Select(_ => ++_id).ToArray();
        var staged = new List<RedisKey>();
        foreach (var (id, write) in ids.Zip(writes))
        {
            if (write.IsStaged)
                staged.Add(await StageAsync(id));
        }

        return (ids, [.. staged], [.. ids.Zip(writes, (id, write) => write.IsStaged ? RedisValue.EmptyString : (RedisValue)BytesOf(id))]);
    }

    public async Task RemoveAsync(int key)
    {
        KeepTime();
        var expected = _model.RemoveEntry(key, Broken.None);
        var reply = EntryRemoveScript.Parse(await RunAsync(EntryRemoveScript.Call(_entries[key])));

        _removals.Add(expected.Number, reply.Number);
        _removals.Add(expected.Before, reply.Before);
    }

    public async Task AcquireAsync(int key, byte owner, byte seen)
    {
        var expected = _model.AcquireLease(key, owner, seen);
        Same(expected, await _leases.AcquireAsync(_database, _entries[key], NameOf(owner), _long, IdentityOf(seen), isPatient: false, long.MaxValue));
    }

    /// <summary>Requests two leases in one script, which must be as if they were requested one after the other. They may be on the same key.</summary>
    public async Task AcquireBothAsync((int Key, byte Owner, byte Seen) first, (int Key, byte Owner, byte Seen) second)
    {
        var expected = (RedisTagCache.Model.LeaseReply[])[_model.AcquireLease(first.Key, first.Owner, first.Seen), _model.AcquireLease(second.Key, second.Owner, second.Seen)];
        var reply = (RedisValue[])(await RunAsync(new ScriptCall(
            LeaseAcquireScript.Script, [_partition.Epoch, _partition.Removals, .. Keys(first.Key), .. Keys(second.Key)], [.. Own(first), .. Own(second)])))!;
        Assert.Equal(LeaseAcquireScript.ReplyCount(2), reply.Length);
        for (var i = 0; i < 2; i++)
            Same(expected[i], new((Scripts.LeaseVerdict)(int)reply[2 + (2 * i)], ScriptReply.Stamp((RedisValue)reply[0]), (long)(double)reply[1], TimeSpan.FromMilliseconds((long)reply[3 + (2 * i)])));

        RedisKey[] Keys(int key) => [_entries[key].Key, _entries[key].Lease];

        RedisValue[] Own((int Key, byte Owner, byte Seen) request) => [NameOf(request.Owner), (long)_long.TotalMilliseconds, IdentityOf(request.Seen), 0];
    }

    public async Task ReleaseAsync(int key, byte owner) =>
        Assert.Equal(_model.ReleaseLease(key, owner), LeaseReleaseScript.Parse(await RunAsync(LeaseReleaseScript.Call(_entries[key], NameOf(owner), "", TimeSpan.Zero))));

    public async Task SyncRemovalsAsync(byte known)
    {
        KeepTime();
        var expected = _model.SyncRemovals(known);
        var page = RemovalsSyncScript.Parse(await RunAsync(RemovalsSyncScript.Call(_partition, _removals[known])));

        _removals.Add(expected.Newest, page.Newest);
        Assert.Equal(expected.Floor <= known, page.Floor <= _removals[known]);
        for (var key = 0; key < Two.Length; key++)
        {
            var row = page.Removals.SingleOrDefault(row => row.Entry.AsSpan().SequenceEqual((byte[])_entries[key].Key!));
            _removals.Add(expected.Numbers[key], row.Number);
        }
    }

    private async Task<RedisKey> StageAsync(byte id)
    {
        RedisKey key = _partition.StagedPrefix + id.ToString(CultureInfo.InvariantCulture);
        await _database.StringSetAsync(key, BytesOf(id));
        return key;
    }

    private ValueTask<RedisResult> RunAsync(ScriptCall call) => call.RunAsync(_database);

    /// <summary>A server's clock is ahead of all that it has issued, and leaves room for what is issued by counting on.</summary>
    private void KeepTime() => _model.Clock = (byte)(Gap + Math.Max(_model.Clock, Math.Max(_model.Stamp.Epoch, _model.LastRemoval)));

    private EpochStamp Real(Stamp stamp) => new(stamp.IsNone ? 1 : _epochs[stamp.Epoch], stamp.Generation, _runs.GetValueOrDefault(stamp.Run));

    private static string NameOf(byte owner) => owner == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"owner {owner}");

    private static ReadOnlyMemory<byte> IdentityOf(byte seen) => seen == 0 ? default : BytesOf(seen).AsMemory(0, EnvelopeLayout.IdentityLength);

    private static byte[] BytesOf(byte id) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {id:0000000000} and more"));
}
