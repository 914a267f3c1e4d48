using System.Diagnostics;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Many visitors of one large page at once, and the memory that this takes: at most one and a half times what they are sent.</summary>
[Collection(BesideFleets.Name)]
public sealed class LargePageTests
{
    private const int Visitors = 100;
    private const int Mebibytes = 5;

    [Fact]
    public async Task LargePage_OfManyVisitors_IsRenderedOnce_InBoundedMemory()
    {
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        var ours = await VisitAsync(server, admin);
        var microsofts = await VisitAsync(server, admin, "microsoft");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(
            $"{Visitors} visitors of {Mebibytes} MiB: peak of the working set {ours >> 20} MiB, with Microsoft's store {microsofts >> 20} MiB, ratio {(double)ours / microsofts:F2}"));
        Assert.InRange(ours, 0, Visitors * (Mebibytes << 20) * 3L / 2);
    }

    /// <summary>Returns the peak of the working set in bytes.</summary>
    private static async Task<long> VisitAsync(RedisServer server, ConnectionMultiplexer admin, params string[] store)
    {
        await admin.GetDatabase().ExecuteAsync("FLUSHALL");
        await using var web = await WebProcess.StartAsync(server.ConnectionString, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), store);
        using var client = new HttpClient { BaseAddress = web.Address };
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var before = await admin.GetDatabase().StringGetAsync("rendered:large");
                await LengthAsync(client);
                return before == await admin.GetDatabase().StringGetAsync("rendered:large");
            },
            "the page is cached");
        var rendered = await admin.GetDatabase().StringGetAsync("rendered:large");
        var lengths = await Task.WhenAll(Enumerable.Range(0, Visitors).Select(_ => LengthAsync(client)));
        Assert.All(lengths, static length => Assert.Equal(Mebibytes << 20, length));
        if (store.Length == 0)
            Assert.Equal(rendered, await admin.GetDatabase().StringGetAsync("rendered:large"));
        using var process = Process.GetProcessById(web.Id);
        return process.PeakWorkingSet64;
    }

    private static async Task<long> LengthAsync(HttpClient client)
    {
        using var response = await client.GetAsync($"/large/{Mebibytes}", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var length = 0L;
        while (await body.ReadAsync(buffer) is > 0 and var read)
            length += read;
        return length;
    }
}
