using Microsoft.Data.Sqlite;
using RedisTagCache.Outbox;

namespace RedisTagCache.AotSmoke;

/// <summary>A worker whose evictions commit with its data.</summary>
internal static class Evictions
{
    public static async Task CheckAsync(string redis, Checks checks)
    {
        var file = Path.GetTempFileName();
        await using var source = SqliteFactory.Instance.CreateDataSource($"Data Source={file};Pooling=False");
        await using (var create = source.CreateCommand(OutboxScript.CreateTable(OutboxDatabase.Sqlite)))
            await create.ExecuteNonQueryAsync();

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRedisTagCache(options => (options.Configuration, options.KeyPrefix, options.OperationTimeout) = (redis, "smoke", TimeSpan.FromSeconds(30)));
        builder.Services.AddRedisTagCacheOutbox(options => options.DataSource = source);
        builder.Services.AddHealthChecks().AddRedisTagCacheOutbox();
        using var host = builder.Build();
        await host.StartAsync();
        await CheckCommitAsync(source, host.Services, checks);
        await host.StopAsync();
        File.Delete(file);
    }

    private static async Task CheckCommitAsync(System.Data.Common.DbDataSource source, IServiceProvider services, Checks checks)
    {
        var cache = services.GetRequiredService<ITagCache>();
        var outbox = services.GetRequiredService<ITagCacheOutbox>();
        await cache.SetAsync("row", "old", tags: ["row:1"]);
        await using var connection = await source.OpenConnectionAsync();
        await using (var rolledBack = await connection.BeginTransactionAsync())
        {
            await outbox.EnqueueAsync(rolledBack, ["row:1"]);
            await rolledBack.RollbackAsync();
        }

        checks.IsTrue((await cache.TryGetAsync<string>("row")).HasValue);
        await using var transaction = await connection.BeginTransactionAsync();
        await outbox.EnqueueAsync(transaction, ["row:1"]);
        await outbox.CommitAsync(transaction);
        await checks.BecomesTrueAsync(async () => !(await cache.TryGetAsync<string>("row")).HasValue, "The committed eviction reaches the cache");
        await checks.BecomesTrueAsync(async () => (await outbox.GetStatusAsync()).Pending == 0, "The outbox becomes empty");
    }
}
