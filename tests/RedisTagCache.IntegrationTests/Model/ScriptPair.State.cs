using System.Globalization;
using RedisTagCache.Model;
using RedisTagCache.Topology;
using StackExchange.Redis;
using RealFill = RedisTagCache.Scripts.FillReply;
using RealLease = RedisTagCache.Scripts.LeaseReply;

namespace RedisTagCache.IntegrationTests.Model;

internal sealed partial class ScriptPair
{
    private readonly Dictionary<RedisKey, byte[]> _earlier = [];
    private Server _earlierModel;

    public bool HasEarlier { get; private set; }

    private RedisKey[] AllKeys => [_partition.Epoch, _partition.Marks, _partition.Removals, .. _entries.SelectMany(entry => (RedisKey[])[entry.Key, entry.Lease])];

    public async Task LoseEpochAsync()
    {
        _model.Stamp = default;
        await _database.KeyDeleteAsync(_partition.Epoch);
    }

    public async Task LoseTagInvalidationsAsync()
    {
        (_model.Floor, _model.EvictedAt, _model.ExpiredAt) = (0, default, default);
        await _database.KeyDeleteAsync(_partition.Marks);
    }

    public async Task LoseRemovalsAsync()
    {
        (_model.LastRemoval, _model.RemovalFloor, _model.Removals) = (0, 0, default);
        await _database.KeyDeleteAsync(_partition.Removals);
    }

    public async Task LoseEntryAsync(int key)
    {
        _model.Entries[key] = default;
        await _database.KeyDeleteAsync(_entries[key].Key);
    }

    public async Task LoseLeaseAsync(int key)
    {
        _model.Leases[key] = 0;
        await _database.KeyDeleteAsync(_entries[key].Lease);
    }

    public async Task RememberAsync()
    {
        _earlier.Clear();
        foreach (var key in AllKeys)
        {
            if (await _database.KeyDumpAsync(key) is { } dump)
                _earlier.Add(key, dump);
        }

        _earlierModel = _model;
        HasEarlier = true;
    }

    /// <summary>Has what an earlier moment had, on a server of another replication id.</summary>
    public async Task GoBackAsync()
    {
        await _database.KeyDeleteAsync(AllKeys);
        foreach (var (key, dump) in _earlier)
            await _database.KeyRestoreAsync(key, dump);
        await _database.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
        await _database.ExecuteAsync("REPLICAOF", "NO", "ONE");
        var (here, clock) = (_model.Here, _model.Clock);
        _model = _earlierModel;
        (_model.Here, _model.Clock) = ((byte)(here + 1), clock);
        HasEarlier = false;
    }

    /// <summary>Both have the same.</summary>
    public async Task CompareAsync()
    {
        Same(_model.Stamp, Parse(await _database.StringGetAsync(_partition.Epoch)));
        var invalidations = (await _database.SortedSetRangeByRankWithScoresAsync(_partition.Marks)).ToDictionary(entry => entry.Element.ToString(), entry => (long)entry.Score);
        _epochs.Add(_model.Floor, invalidations.GetValueOrDefault("floor"));
        invalidations.Remove("floor");
        foreach (var (member, epoch) in Members(_model.EvictedAt, _model.ExpiredAt))
        {
            Assert.True(invalidations.Remove(member, out var real), $"{member} is there");
            _epochs.Add(epoch, real);
        }

        Assert.Empty(invalidations);
        for (var key = 0; key < Two.Length; key++)
        {
            byte[]? entry = await _database.StringGetAsync(_entries[key].Key);
            Assert.Equal(_model.Entries[key].Id == 0 ? null : BytesOf(_model.Entries[key].Id), entry);
            string? owner = await _database.HashGetAsync(_entries[key].Lease, "owner");
            Assert.Equal(NameOf(_model.Leases[key]), owner ?? "");
            var number = await _database.SortedSetScoreAsync(_partition.Removals, (byte[])_entries[key].Key!);
            _removals.Add(_model.Removals[key], (long)(number ?? 0));
        }

        _removals.Add(_model.LastRemoval, (long)(await _database.SortedSetScoreAsync(_partition.Removals, "last") ?? 0));
    }

    private void Same(Stamp expected, EpochStamp? actual)
    {
        Assert.Equal(expected.IsNone, actual is null);
        if (actual is not { } real)
            return;
        _epochs.Add(expected.Epoch, real.Epoch);
        Assert.Equal(expected.Generation, (byte)real.Generation);
        if (!_runs.TryAdd(expected.Run, real.Run))
            Assert.Equal(_runs[expected.Run], real.Run);
        _stamps.Add(expected);
    }

    private void Same(FillReply expected, RealFill actual)
    {
        Assert.Equal(expected.IsStored, actual.Stored);
        Same(expected.Stamp, actual.Stamp);
        _removals.Add(expected.Removal, actual.Removal);
        _removals.Add(expected.Before, actual.Before);
    }

    private void Same(LeaseReply expected, RealLease actual)
    {
        Assert.Equal(expected.Verdict.ToString(), actual.Verdict.ToString());
        Same(expected.Stamp, actual.Stamp);
        _removals.Add(expected.Removal, actual.Removal);
    }

    private static EpochStamp? Parse(RedisValue text) =>
        text.IsNull ? null : EpochStamp.TryParse(((ReadOnlyMemory<byte>)text).Span, out var stamp) ? stamp : throw new FormatException(text.ToString());

    private static Two Spread(byte tags)
    {
        Two bits = default;
        for (var tag = 0; tag < Two.Length; tag++)
            bits[tag] = (byte)(tags >> tag & 1);
        return bits;
    }

    private static IEnumerable<(string Member, byte Epoch)> Members(Two evicted, Two expired)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if (evicted[tag] > 0)
                yield return (string.Create(CultureInfo.InvariantCulture, $"h{tag}"), evicted[tag]);
            if (expired[tag] > 0)
                yield return (string.Create(CultureInfo.InvariantCulture, $"s{tag}"), expired[tag]);
        }
    }
}
