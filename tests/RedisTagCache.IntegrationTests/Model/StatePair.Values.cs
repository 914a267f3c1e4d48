using System.Buffers;
using System.Globalization;
using System.Text;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Entries;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Model;
using RedisTagCache.Scripts;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;
using RedisTagCache.Topology;
using ModelCopy = RedisTagCache.Model.Copy;
using ModelLog = RedisTagCache.Model.RemovalLog;
using ModelMoment = RedisTagCache.Model.RemovalMoment;
using ModelPage = RedisTagCache.Model.RemovalsPage;
using RealMoment = RedisTagCache.Invalidation.RemovalMoment;
using RealPage = RedisTagCache.Scripts.RemovalsPage;

namespace RedisTagCache.IntegrationTests.Model;

internal sealed partial class StatePair
{
    private const int MaxValues = 12;

    private readonly List<Value> _values = [];
    private readonly List<(byte Before, byte Number, int Key)> _removals = [];
    private (CacheMoment Real, Stamp Known, byte Unconfirmed)? _moment;
    private (byte Asked, ModelPage Page)? _page;

    public int AnnouncedRemovals => _removals.Count;

    public bool HasRemovalsPage => _page is not null;

    private ref ModelLog ModelRemovals => ref Instance.Removals;

    /// <summary>Another instance removes an entry. The announcement arrives later, more than once, or never.</summary>
    public void Remove(int key)
    {
        var (number, before) = Server.RemoveEntry(key, Broken.None);
        _removals.Add((before, number, key));
    }

    public void DeliverRemoval(int index, bool isLast)
    {
        var (before, number, key) = _removals[index];
        if (isLast)
            _removals.RemoveAt(index);
        Same(ModelRemovals.Record(before, number, key), _watch.Removals.Record(before, number, Name(key)), "no removal was missed");
    }

    public void RemoveOwn(int key, int times)
    {
        for (var i = 0; i < times; i++)
        {
            ModelRemovals.RecordOwn(key);
            _watch.Removals.RecordOwn(Name(key));
        }
    }

    public void AskRemovals()
    {
        var asked = ModelRemovals.Known;
        _page = (asked, Server.SyncRemovals(asked == ModelLog.Unknown ? (byte)0 : asked));
    }

    public void AdoptRemovals()
    {
        var (asked, page) = _page!.Value;
        _page = null;
        var rows = Enumerable.Range(0, Two.Length).Where(key => page.Numbers[key] > 0).Select(key => new RemovalRow(Encoding.UTF8.GetBytes(Name(key)), page.Numbers[key]));
        var real = new RealPage(page.Newest, page.Floor, [.. rows, new RemovalRow("last"u8.ToArray(), page.Newest)], HasMore: false);
        var isWhole = _watch.Removals.Adopt(Number(asked), real, static entry => Encoding.UTF8.GetString(entry) is ['k', ..] name ? name : null);
        Same(ModelRemovals.Adopt(asked, page), isWhole, "the removals are complete");
    }

    /// <summary>A flow of control begins to read what a value may be made of.</summary>
    public void Observe() =>
        _moment = (new CacheMoment(_keys, _keys, [Real.Known], [Real.UnconfirmedCount], _time), Model.Known, Model.UnconfirmedCount);

    /// <summary>A value begins, by a lookup, without Redis, or made of what was read before its lookup.</summary>
    public void BeginValue(int how, int key, byte tags, bool isOlder)
    {
        if (NewValue(how, key, tags, isOlder) is not { } value)
            return;
        if (_values.Count == MaxValues)
            _values.RemoveAt(0);
        _values.Add(value);
    }

    private Value? NewValue(int how, int key, byte tags, bool isOlder, Stamp startedAt = default)
    {
        var isAlone = how == 0 || Server.Stamp.IsNone;
        var token = !startedAt.IsNone ? startedAt : isAlone ? Model.Known : Server.Stamp;
        var unconfirmed = isAlone ? Model.UnconfirmedCount : (byte)0;
        var moment = ModelRemovals.Observe() with { Unconfirmed = unconfirmed };
        var real = _watch.Removals.Observe() with { Unconfirmed = isAlone ? Real.UnconfirmedCount : 0 };
        var version = token.IsNone ? default : new CacheVersion(Stamp(token));
        if (isOlder && _moment is var (observed, known, count))
        {
            token = Older(known.IsNone ? _first : known, token);
            moment.Unconfirmed = Math.Min(moment.Unconfirmed, count);
            version = observed.Min(version, _keys.Partitions[0], Real.First);
            real = observed.Min(real, _keys.Partitions[0]);
            Same(token.IsNone, version.IsDefault || version.IsUnknown, "a value of older data has no version");
        }

        if (token.IsNone)
            return null;
        Same(Stamp(token), version.Stamp, "the version of a new value");
        var entry = new Entry(1, token.Epoch, token.Generation, tags, 0);
        var name = Name(key);
        var address = new ValueAddress(new CacheEntryKey(CacheRegion.Hybrid, name), name, _watch, _keys.Locate(CacheRegion.Hybrid, _watch.Partition, name));
        var copy = new LocalCopy<string>(address, version, real.Number, Ids(tags), default, default, 1, name, default, 0, new StringSerializer()) { Unconfirmed = real.Unconfirmed };
        var result = new FlightResult<string>(name, default, 1, 0, version, Ids(tags)) { StartedAt = real };
        return new Value(key, new ModelCopy(entry, token.Run, moment.Number, moment.Unconfirmed), moment, real, copy, result, address, Envelope(address, token, tags));
    }

    /// <summary>The older of two tokens; none where they cannot be compared.</summary>
    private static Stamp Older(Stamp known, Stamp token) =>
        known.IsNone || token.IsNone ? token : !known.IsSameLineage(token) ? default : known.Epoch <= token.Epoch ? known : token;

    private void CompareValues()
    {
        var moment = new CacheMoment(_keys, _keys, [Real.Known], [Real.UnconfirmedCount], _time);
        Same(Model.HasKnown ? new CacheVersion(Stamp(Model.Known)) : CacheVersion.Unknown, moment.VersionOf(new CacheEntryKey(CacheRegion.Hybrid, "k0")), "the version of a new value");
        for (var i = 0; i < _values.Count; i++)
        {
            var value = _values[i];
            var what = $"value {i} of {value.Copy.Version}, tags {value.Copy.Entry.Tags}, {value.Moment},";
            Same(Model.Validate(value.Copy).ToString(), value.Real.Validate().ToString(), $"{what} as a copy");
            Same(IsLive(value), value.Result.IsLive(value.Address), $"{what} is live");
            if (Real.Known is not { } known)
                continue;
            Assert.True(EnvelopeReader.TryOpen(value.Envelope, value.Address.Redis!.Value.KeyHash, out var envelope), "The entry can be read.");
            Same(Model.Validate(value.Copy.Entry).ToString(), EntryValidator.Validate(envelope, known, now: 0, Real.UnconfirmedAt(0)).ToString(), $"{what} as an entry");
            foreach (var stamp in _stamps)
                Same(Model.IsNoOlder(value.Copy.Entry, stamp), EntryValidator.IsNoOlder(envelope, known, Stamp(stamp)), $"{what} is for a caller that has waited since {stamp}");
        }
    }

    private void CompareRemovals()
    {
        var (model, real) = (ModelRemovals.Observe(), _watch.Removals.Observe());
        Same(Number(ModelRemovals.Known), _watch.Removals.Known, "the newest removal that is known");
        Same((Number(model.Number), model.Recorded), (real.Number, real.Recorded), "what is known of removals");
        foreach (var value in _values)
        {
            // The last one is never removed: it is superseded only if something was missed.
            for (var key = 0; key <= Two.Length; key++)
            {
                Same(
                    ModelRemovals.IsSuperseded(key, value.Moment, value.Moment.Number),
                    _watch.Removals.IsSuperseded(Name(key), value.RealMoment, value.RealMoment.Number),
                    $"key {key} since {value.Moment} is superseded");
            }
        }
    }

    private bool IsLive(Value value) => Machine.IsLive(Instance, 0, value.Key, value.Copy.Entry, value.Moment);

    private static long Number(byte removal) => removal == ModelLog.Unknown ? RealMoment.Unknown : removal;

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"k{key}");

    private static byte[] Envelope(ValueAddress address, Stamp token, byte tags)
    {
        var ids = Ids(tags);
        var bytes = new byte[EnvelopeWriter.Measure(ids, 0)];
        EnvelopeWriter.Write(bytes, address.Redis!.Value.KeyHash, new EnvelopeHeader(token.Generation, token.Epoch, 0, long.MaxValue, long.MaxValue, 0), isTagged: true, ids, ReadOnlySequence<byte>.Empty);
        return bytes;
    }

    /// <summary>A value in all its forms.</summary>
    private sealed record Value(
        int Key, ModelCopy Copy, ModelMoment Moment, RealMoment RealMoment, LocalCopy Real, FlightResult<string> Result, ValueAddress Address, byte[] Envelope);
}
