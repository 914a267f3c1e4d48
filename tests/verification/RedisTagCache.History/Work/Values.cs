using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>What an application does with <c>ITagCache</c> and <c>HybridCache</c>, by copies and without them.</summary>
internal sealed class Values(ITagCache cache, HybridCache hybrid, Database database, Recorder recorder, Broken broken)
{
    private const int CopyWays = 6;
    private const int AllWays = 10;

    private static readonly CachePolicy _copies = new() { Lifetime = TimeSpan.FromSeconds(30), StaleWindow = TimeSpan.FromSeconds(10) };
    private static readonly CachePolicy _redis = _copies with { Flags = HybridCacheEntryFlags.DisableLocalCacheRead };
    private static readonly CachePolicy _waitingCopies = _copies with { WaitForWrite = true };
    private static readonly CachePolicy _waitingRedis = _redis with { WaitForWrite = true };
    private static readonly HybridCacheEntryOptions _hybrid = new() { Expiration = TimeSpan.FromSeconds(30) };
    private static readonly HybridCacheEntryOptions _hybridRedis = new() { Expiration = TimeSpan.FromSeconds(30), Flags = HybridCacheEntryFlags.DisableLocalCacheRead };
    private static readonly string[][] _tags = [.. Enumerable.Range(0, Plan.Keys).Select(key => Plan.TagsOf(key).Select(Plan.NameOfTag).ToArray())];
    private static readonly string[] _names = [.. Enumerable.Range(0, Plan.Keys).Select(Plan.NameOfKey)];
    private static readonly long _keptFor = 5 * Stopwatch.Frequency;

    private readonly ConcurrentDictionary<int, (byte[] Bytes, long At)> _kept = new();

    /// <summary>Reads in one of all ways there are; by copies more often than not.</summary>
    public async Task ReadAsync(int key)
    {
        // Some are never read past their copies: a read of Redis that finds nothing would renew the copy.
        var way = Random.Shared.Next(key % 4 == 0 ? CopyWays : AllWays);
        var kind = way < CopyWays ? Kind.ReadCopy : Kind.ReadRedis;
        var start = Stopwatch.GetTimestamp();
        var (bytes, outcome) = kind == Kind.ReadCopy && FindKept(key) is { } kept ? (kept, Outcome.Value) : way switch
        {
            0 => await TryGetAsync(key, _copies),
            6 => await TryGetAsync(key, _redis),
            1 or 2 => (await hybrid.GetOrCreateAsync(_names[key], (this, key), static (state, _) => state.Item1.ComputeAsync(state.key), _hybrid, _tags[key]), Outcome.Value),
            7 => (await hybrid.GetOrCreateAsync(_names[key], (this, key), static (state, _) => state.Item1.ComputeAsync(state.key), _hybridRedis, _tags[key]), Outcome.Value),
            3 => (await GetOrCreateAsync(key, _waitingCopies), Outcome.Value),
            8 => (await GetOrCreateAsync(key, _waitingRedis), Outcome.Value),
            _ => (await GetOrCreateAsync(key, kind == Kind.ReadCopy ? _copies : _redis), Outcome.Value), // the value is returned while it is written
        };
        var end = Stopwatch.GetTimestamp();
        Stamp stamp = default;
        if (bytes is null)
            outcome = Outcome.Nothing;
        else if (!Stamp.TryRead(bytes, key, out stamp))
            outcome = Outcome.Foreign;
        recorder.Add(new Operation(kind, outcome, stamp.IsSet, key, start, end, stamp.Version, stamp.StartedAt));
        if (broken.HasFlag(Broken.CopiesNotJudged) && bytes is not null)
            _kept.TryAdd(key, (bytes, end));
    }

    /// <summary>Sets the newest version.</summary>
    public async Task SetAsync(int key)
    {
        var version = database.Read(key);
        var start = Stopwatch.GetTimestamp();
        await cache.SetAsync(_names[key], new Stamp(key, true, version, start).Write(), _copies, _tags[key]);
        recorder.Add(new Operation(Kind.Set, Outcome.Done, true, key, start, Stopwatch.GetTimestamp(), version, start));
    }

    public Task RemoveAsync(int key) => Removal.RunAsync(key, async () => await cache.RemoveAsync(_names[key]), recorder, broken);

    private async Task<(byte[]? Bytes, Outcome Outcome)> TryGetAsync(int key, CachePolicy policy)
    {
        var found = await cache.TryGetAsync<byte[]>(_names[key], policy);
        return (found.Value, found.IsStale ? Outcome.Stale : Outcome.Fresh);
    }

    private async Task<byte[]> GetOrCreateAsync(int key, CachePolicy policy)
    {
        if (!broken.HasFlag(Broken.LeaseIgnored))
            return await cache.GetOrCreateAsync(_names[key], (this, key), static (state, _, _) => state.Item1.ComputeAsync(state.key), policy, _tags[key]);
        if (await cache.TryGetAsync<byte[]>(_names[key], policy) is { HasValue: true, Value: var found })
            return found!;
        return await ComputeAsync(key);
    }

    private async ValueTask<byte[]> ComputeAsync(int key)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var version = database.Read(key);
        if (Random.Shared.Next(8) == 0)
            await Task.Delay(Random.Shared.Next(40));
        else
            await Task.Yield();
        recorder.Add(new Operation(Kind.Run, Outcome.Done, false, key, startedAt, Stopwatch.GetTimestamp(), version, startedAt));
        return new Stamp(key, false, version, startedAt).Write();
    }

    private byte[]? FindKept(int key)
    {
        if (!_kept.TryGetValue(key, out var kept))
            return null;
        if (Stopwatch.GetTimestamp() - kept.At < _keptFor)
            return kept.Bytes;
        _kept.TryRemove(key, out _);
        return null;
    }
}
