using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.Leases;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>
/// The connection is cut after every single byte of the write of a page. Whatever another connection can read then is whole, ends by itself and can
/// be evicted, and nothing else is left behind.
/// </summary>
public sealed class CutPageWriteTests : IAsyncLifetime
{
    private const int Writers = 4;
    private const int Edge = 512;
    private const int Step = 193;

    /// <summary>The name of a lease grows with their number.</summary>
    private const int Beyond = 6;

    /// <summary>Gets the keys without expiration, the pages, the staged pages and the leases, and deletes pages and staged pages.</summary>
    private const string Inspection = """
        local forever, pages, staged, leases = '', 0, 0, 0
        for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
          if redis.call('PTTL', key) == -1 and not string.match(key, '}:epoch$') and not string.match(key, '}:marks$') and not string.match(key, '}:removals$') and not string.match(key, ':layout}$') then
            forever = forever .. key .. ' '
          end
          if string.match(key, '}:e:') then
            pages = pages + redis.call('DEL', key)
          elseif string.match(key, '}:staged:') then
            staged = staged + redis.call('DEL', key)
          elseif string.match(key, '}:l:') then
            leases = leases + 1
          end
        end
        return {forever, pages, staged, leases}
        """;

    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;
    private int _rounds;
    private int _stored;
    private int _unheard;
    private int _staged;
    private int _missed;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(200, false)]
    [InlineData(20_000, true)]
    [InlineData(20_000, false)]
    public async Task WriteCutAtAnyByte_LeavesAWholePageOrNone(int size, bool isLeased)
    {
        var page = new byte[size];
        Random.Shared.NextBytes(page);
        var watch = Stopwatch.StartNew();
        var length = await MeasureAsync(page, isLeased);
        var offsets = Enumerable.Range(0, (int)length + Beyond).Where(n => n < Edge || n > length - Edge || n % Step == 0).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            await using var proxy = CuttingProxy.Start(_server.ConnectionString);
            await using var pages = new PageWriter(proxy, _server, $"w{writer}", isLeased);
            foreach (var offset in offsets.Where((_, i) => i % Writers == writer))
            {
                // Now and then the cut hits what the instance asks for by itself.
                while (!await IsCutAsync(proxy, pages, offset, page) && offset < length)
                    Interlocked.Increment(ref _missed);
            }

            await Eventually.BecomesTrueAsync(async () => (await InspectAsync(pages.Prefix)).Leases == 0, "all leases are given back");
        })));

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a write of {length} bytes, cut at {_rounds} places: {_stored} times there was a page, {_unheard} of them unknown to the writer; {_staged} times a staged page was left to expire; {_missed} cuts repeated; {watch.Elapsed.TotalSeconds:F1} s"));
        Assert.True(_stored > 0 && _stored < _rounds, "Some were stored and some were not, else this shows nothing.");
        Assert.True(_unheard > 0, "Some were cut when Redis had all of it.");
        Assert.Equal(size > 8 * 1_024, _staged > 0);
    }

    /// <summary>The bytes that a write takes when nothing comes in between.</summary>
    private async Task<long> MeasureAsync(byte[] page, bool isLeased)
    {
        await using var proxy = CuttingProxy.Start(_server.ConnectionString);
        await using var pages = new PageWriter(proxy, _server, "w-", isLeased);
        var lengths = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            var write = await pages.BeginAsync($"page {i:D6}");
            var before = proxy.Passed;
            Assert.Equal(CacheWriteOutcome.Stored, await write(page));
            lengths.Add(proxy.Passed - before);
        }

        await InspectAsync("w-");
        return lengths.Min();
    }

    /// <summary>True when the write itself was cut, as far as the writer knows.</summary>
    private async Task<bool> IsCutAsync(CuttingProxy proxy, PageWriter pages, int offset, byte[] page)
    {
        var key = $"page {offset:D6}";
        var write = await pages.BeginAsync(key);
        var cut = proxy.Arm(offset);
        var outcome = await write(page);
        if (outcome == CacheWriteOutcome.Skipped)
            await cut.WaitAsync(TimeSpan.FromSeconds(20));
        proxy.Disarm();

        Interlocked.Increment(ref _rounds);
        var found = await pages.ReadAsync(key);
        Assert.True(found is not null || outcome != CacheWriteOutcome.Stored, $"What is said to be stored is there ({offset}).");
        if (found is not null)
        {
            Assert.True(found.AsSpan().SequenceEqual(page), $"It is whole ({offset}).");
            await pages.EvictAsync();
            Assert.True(await pages.ReadAsync(key) is null, $"It can be evicted ({offset}).");
        }

        var (forever, stored, staged, _) = await InspectAsync(pages.Prefix);
        Assert.True(forever.Length == 0, $"Each key has an expiration ({offset}): {forever}");
        Assert.Equal(found is null ? 0 : 1, stored);
        Interlocked.Add(ref _stored, stored);
        Interlocked.Add(ref _unheard, outcome == CacheWriteOutcome.Stored ? 0 : stored);
        Interlocked.Add(ref _staged, staged);
        return outcome == CacheWriteOutcome.Skipped;
    }

    private async Task<(string Forever, int Pages, int Staged, int Leases)> InspectAsync(string prefix)
    {
        var reply = await _admin.GetDatabase().ScriptEvaluateAsync(Inspection, values: [$"{{{prefix}:*"]);
        return ((string)reply[0]!, (int)reply[1], (int)reply[2], (int)reply[3]);
    }

    /// <summary>An instance whose connection is cut, and one that reads past the proxy.</summary>
    private sealed class PageWriter(CuttingProxy proxy, RedisServer server, string prefix, bool isLeased) : IAsyncDisposable
    {
        private readonly Instance _writer = Instance.Create(proxy.ConnectionString, o => (o.KeyPrefix, o.LeaseDuration) = (prefix, TimeSpan.FromMinutes(5)));
        private readonly Instance _reader = Instance.Create(server.ConnectionString, o => o.KeyPrefix = prefix);

        public string Prefix => prefix;

        /// <summary>A lookup, again and again until the connection is back, and what is to be done with the page that it did not find.</summary>
        public async Task<Func<byte[], Task<CacheWriteOutcome>>> BeginAsync(string key)
        {
            Func<byte[], Task<CacheWriteOutcome>>? write = null;
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    using var found = await _writer.Store.GetAsync(Key(key));
                    if (found.MissReason == CacheMissReason.Unavailable)
                        return false;
                    var version = found.Version;
                    var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5), StaleWindow = TimeSpan.FromMinutes(5), Tags = new[] { "t" } };
                    write = page => _writer.Store.SetAsync(Key(key), new ReadOnlySequence<byte>(page), version, options).AsTask();
                    if (!isLeased)
                        return true;
                    var lease = await _writer.Get<ITagCacheLeases>().AcquireAsync(Key(key), found);
                    write = page => lease.SetAsync(new ReadOnlySequence<byte>(page), version, options).AsTask();
                    return lease.State == CacheLeaseState.Granted;
                },
                "a lease is granted through the new connection");
            return write!;
        }

        public async Task<byte[]?> ReadAsync(string key)
        {
            using var found = await _reader.Store.GetAsync(Key(key));
            Assert.NotEqual(CacheMissReason.Unavailable, found.MissReason);
            Assert.NotEqual(CacheMissReason.Damaged, found.MissReason);
            return found.HasValue ? found.Payload.ToArray() : null;
        }

        public ValueTask EvictAsync() => _reader.Store.EvictByTagAsync("t");

        public async ValueTask DisposeAsync()
        {
            await _writer.DisposeAsync();
            await _reader.DisposeAsync();
        }

        private static CacheEntryKey Key(string key) => new(CacheRegion.Output, key);
    }
}
