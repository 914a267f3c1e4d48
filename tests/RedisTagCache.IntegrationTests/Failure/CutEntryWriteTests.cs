using System.Buffers;
using System.Net;
using System.Net.Sockets;
using RedisTagCache.Leases;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Failure;

/// <summary>
/// A connection that is cut after any number of bytes of a write leaves the whole entry, with a lifetime, or none. What a client sends for a write
/// is recorded once; then its beginnings are sent, each on a connection that ends there. These tests need a redis-server of their own.
/// </summary>
public sealed class CutEntryWriteTests : IAsyncLifetime
{
    private static readonly CacheEntryKey _key = new(CacheRegion.Output, "page");
    private RedisServer _server = null!;
    private ConnectionMultiplexer _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _connection = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(100, false, 1)]
    [InlineData(100, true, 1)]
    [InlineData(30_000, false, 97)]
    [InlineData(30_000, true, 97)]
    public async Task CutAnywhere_LeavesAWholeEntryOrNone(int size, bool underLease, int step)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        var write = await RecordAsync(payload, underLease);
        Assert.True(write.Length > size, "It was all recorded.");
        await using var reader = Instance.Create(_server.ConnectionString);
        var (whole, none) = (0, 0);
        for (var length = 0; length <= write.Length; length += length < 1_000 || length >= write.Length - 1_000 ? 1 : step)
        {
            await _connection.GetDatabase().KeyDeleteAsync([.. await NamesAsync(":e:"), .. await NamesAsync(":staged:")]);
            await SendAsync(write.AsMemory(0, length));
            foreach (var name in await NamesAsync(""))
                Assert.True(await _connection.GetDatabase().KeyTimeToLiveAsync(name) > TimeSpan.Zero || HasNoExpiration(name), $"After {length} bytes {name} has no lifetime.");

            using var found = await reader.Store.GetAsync(_key, TestContext.Current.CancellationToken);
            if (found.HasValue)
            {
                Assert.Equal(payload, found.Payload.ToArray());
                whole++;
            }
            else
            {
                Assert.Empty(await NamesAsync(":e:"));
                none++;
            }
        }

        Assert.True(whole > 0 && none > 0, $"Both came about: {whole} whole, {none} none.");
        using (var last = await reader.Store.GetAsync(_key, TestContext.Current.CancellationToken))
            Assert.True(last.HasValue, "All of it is the entry.");
        await reader.Store.EvictByTagAsync("t", TestContext.Current.CancellationToken);
        using var evicted = await reader.Store.GetAsync(_key, TestContext.Current.CancellationToken);
        Assert.False(evicted.HasValue);
        TestContext.Current.TestOutputHelper!.WriteLine($"{whole + none} cuts of {write.Length} bytes: {whole} left the whole entry, {none} none");
    }

    private static bool HasNoExpiration(string name) => name.EndsWith(":epoch", StringComparison.Ordinal) || name.EndsWith(":marks", StringComparison.Ordinal) || name.EndsWith(":removals", StringComparison.Ordinal)
        || name.EndsWith(":layout}", StringComparison.Ordinal);

    private async Task<byte[]> RecordAsync(byte[] payload, bool underLease)
    {
        await using var proxy = RecordingProxy.Start(_server.Port);
        await using var writer = Instance.Create(proxy.ConnectionString);
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5), StaleWindow = TimeSpan.FromMinutes(5), Tags = new[] { "t", "u" } };
        await writer.Store.SetAsync(new CacheEntryKey(CacheRegion.Output, "another"), new ReadOnlySequence<byte>(payload), CacheVersion.AtWrite, options); // connects, and loads the script
        using var missed = await writer.Store.GetAsync(_key);
        if (!underLease)
            return await proxy.RecordAsync(async () => Assert.Equal(CacheWriteOutcome.Stored, await writer.Store.SetAsync(_key, new ReadOnlySequence<byte>(payload), missed.Version, options)));

        var leases = writer.Get<ITagCacheLeases>();
        var other = new CacheEntryKey(CacheRegion.Output, "other");
        using (var first = await writer.Store.GetAsync(other))
        await using (var lease = await leases.AcquireAsync(other, first))
            await lease.SetAsync(new ReadOnlySequence<byte>(payload), CacheVersion.AtWrite, options); // loads the script
        await using var held = await leases.AcquireAsync(_key, missed);
        Assert.Equal(CacheLeaseState.Granted, held.State);
        return await proxy.RecordAsync(async () => Assert.Equal(CacheWriteOutcome.Stored, await held.SetAsync(new ReadOnlySequence<byte>(payload), CacheVersion.AtWrite, options)));
    }

    /// <summary>Sends bytes and ends the connection; returns when the server has seen its end.</summary>
    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(bytes);
        client.Client.Shutdown(SocketShutdown.Send);
        var rest = new byte[4_096];
        while (await stream.ReadAsync(rest) > 0)
        {
            // replies to what it took to be whole commands
        }
    }

    private async Task<string[]> NamesAsync(string part) =>
        [.. await _connection.GetServer(_server.ConnectionString).KeysAsync(pattern: $"*{part}*", pageSize: 1_000).Select(name => name.ToString()).ToArrayAsync()];
}
