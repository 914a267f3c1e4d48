using System.Text;
using RedisTagCache.LocalCaching;
using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>An instance that cannot know what happens to its copies returns none.</summary>
public sealed class EntryCopiesInTroubleTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryGet_DuringAnOutage_ReturnsCopiesOnlyAfterIt(bool isHung)
    {
        await using var instance = Instance.Create(_server.ConnectionString);
        var copies = instance.Get<ITagCacheCopies>().Keep(Pages, 1_000_000);
        await instance.Store.WriteAsync("k", "v");
        await Eventually.BecomesTrueAsync(() => KeepAsync(copies), "there is a copy");
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        await Eventually.BecomesTrueAsync(() => !copies.TryGet("k", out _), "nothing is known any more", TimeSpan.FromSeconds(2));
        for (var i = 0; i < 50; i++)
        {
            Assert.False(copies.TryGet("k", out _));
            await Task.Delay(10); // a while is to pass
        }

        if (isHung)
            _server.Resume();
        else
            await _server.RestartAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await instance.Store.WriteAsync("k", "new");
                return await KeepAsync(copies) && copies.TryGet("k", out var payload) && Encoding.UTF8.GetString(payload.AsSpan()) == "new";
            },
            "there is a copy again");
    }

    private static async Task<bool> KeepAsync(IEntryCopies copies)
    {
        using var first = await copies.GetAsync("k");
        using var second = await copies.GetAsync("k");
        return copies.TryGet("k", out _);
    }
}
