using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>
/// A value that another instance evicts while it is computed, on an instance that hears no messages: the answer to its own write tells that there was an
/// eviction, so that it does not give the value to the next caller out of its memory.
/// </summary>
[Collection(WorkerFleet.Name)]
public sealed class LateValueTests
{
    private const int Rounds = 100;

    [Fact]
    public async Task ValueEvictedElsewhereWhileComputed_IsNotGivenToTheNextCaller()
    {
        await using var server = await RedisServer.StartAsync();
        await using (var admin = await server.ConnectAsync())
            await DeafUser.CreateAsync(admin.GetServers()[0], "deaf");
        await using var hearing = Instance.Create(server.ConnectionString);
        await using var deaf = Instance.Create(server.ConnectionString + DeafUser.Login("deaf"));
        var (a, b) = (hearing.Get<ITagCache>(), deaf.Get<ITagCache>());
        for (var round = 0; round < Rounds; round++)
        {
            var key = WorkerFleet.NewKey();
            var (running, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
            var computing = b.GetOrCreateAsync(key, async (_, _) =>
            {
                running.SetResult();
                await mayEnd.Task;
                return "old";
            }, tags: [key]).AsTask();
            await running.Task;
            await a.EvictByTagAsync(key);
            mayEnd.SetResult();
            Assert.Equal("old", await computing);

            Assert.Equal("new", await b.GetOrCreateAsync(key, static (_, _) => ValueTask.FromResult("new"), tags: [key]));
        }
    }
}
