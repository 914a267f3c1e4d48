using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage;
using RedisTagCache.Outbox.Storage.Dialects;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.Dispatching;

/// <summary>The outbox with plain SQL, and the background service.</summary>
public abstract class OutboxContract(RedisFixture redis, ITestOutputHelper output) : OutboxSuite(redis)
{
    private const string Insert = "INSERT INTO redistagcache_outbox (cache, action, tags, due_at) VALUES ('default', 0, '{0}', 0)";

    private IOutboxConnections Connections => new DataSourceConnections(new RedisTagCacheOutboxOptions { DataSource = Database.DataSource }, null);

    private protected override Task<App> CreateFirstAsync() => CreateAsync(createTable: true);

    protected override Task FillAsync() => Database.RunAsync($"CREATE TABLE articles (id {Database.Identity}, title varchar(100))");

    [Fact]
    public async Task CommitAsync_OfEnqueuedTags_EvictsAtOnce()
    {
        await App.CacheAsync("article:1", "article:2", "soft", "other");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await WriteAsync(transaction);
        await App.Outbox.EnqueueAsync(transaction, ["article:1", "", null!, "ARTICLE:1"]);
        App.Outbox.Enqueue(transaction, ["article:2"]);
        await App.Outbox.EnqueueAsync(transaction, ["soft"], OutboxAction.Expire);
        await App.Outbox.EnqueueAsync(transaction, []);
        await App.AssertCachedAsync("article:1", "article:2", "soft");
        await App.Outbox.CommitAsync(transaction);
        await App.AssertEvictedAsync("article:1", "article:2");
        await App.AssertCachedAsync("other");
        Assert.Equal(CacheLookupState.Stale, await App.StateAsync("soft"));
        Assert.Equal(3, await Database.RowsAsync());
        await App.StartAsync();
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "the rows are deleted");
    }

    [Fact]
    public async Task Commit_Synchronous_EvictsAtOnce()
    {
        await App.CacheAsync("article:1");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        App.Outbox.Enqueue(transaction, ["article:1"]);
        App.Outbox.Commit(transaction);
        await App.AssertEvictedAsync("article:1");
        Assert.Throws<InvalidOperationException>(() => App.Outbox.Enqueue(transaction, ["article:1"]));
    }

    [Fact]
    public async Task Rollback_OfEnqueuedTags_EvictsNothing()
    {
        await App.CacheAsync("article:1");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await App.Outbox.EnqueueAsync(transaction, ["article:1"]);
            await transaction.RollbackAsync();
        }

        // A provider may use the same object again.
        await using (var transaction = await connection.BeginTransactionAsync())
            await App.Outbox.CommitAsync(transaction);
        Assert.Equal(0, await Database.RowsAsync());
        await App.AssertCachedAsync("article:1");
    }

    [Fact]
    public async Task CommitAsync_AfterARollbackToASavepoint_EvictsWhatIsLeft()
    {
        await App.CacheAsync("article:1", "article:2");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await App.Outbox.EnqueueAsync(transaction, ["article:1"]);
        await transaction.SaveAsync("here");
        await App.Outbox.EnqueueAsync(transaction, ["article:2"]);
        await transaction.RollbackAsync("here");
        await App.Outbox.CommitAsync(transaction);
        await App.AssertEvictedAsync("article:1");
        await App.AssertCachedAsync("article:2");
    }

    [Fact]
    public async Task Commit_WithoutTheOutbox_IsEvictedByAnotherInstance()
    {
        await App.CacheAsync("article:1");
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await App.Outbox.EnqueueAsync(transaction, ["article:1"]);
            await transaction.CommitAsync(); // and here the process ends
        }

        var other = await CreateAsync();
        await other.StartAsync();
        await App.BecomesEvictedAsync("article:1", TimeSpan.FromSeconds(20));
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "the row is deleted");
    }

    [Fact]
    public async Task Enqueue_OfATagThatIsNotValid_ThrowsAndAddsNothing()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await App.Outbox.EnqueueAsync(transaction, ["valid", "\ud800"]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await App.Outbox.EnqueueAsync(transaction, [new string('x', 4_001)]));
        await App.Outbox.CommitAsync(transaction);
        Assert.Equal(0, await Database.RowsAsync());
    }

    [Fact]
    public async Task Enqueue_OfManyTags_WritesFewBoundedRows()
    {
        string[] tags = [.. Enumerable.Range(0, 250).Select(i => $"t'\"é☃:{i}"), new string('y', 4_000), new string('z', 3_000)];
        await App.CacheAsync(tags[0], tags[249], tags[250]);
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await App.Outbox.EnqueueAsync(transaction, tags);
        await App.Outbox.CommitAsync(transaction);
        Assert.Equal(5, await Database.RowsAsync());
        await App.AssertEvictedAsync(tags[0], tags[249], tags[250]);
    }

    [Fact]
    public async Task Dispatch_OfARowThatIsRejected_SetsItAsideAndEvictsTheOthers()
    {
        await App.CacheAsync("before", "beside", "after");
        await Database.RunAsync(Sql("""["before"]"""));
        await Database.RunAsync(Sql("""["\ud800", "beside"]"""));
        await Database.RunAsync(Sql("no json"));
        await Database.RunAsync(Sql("""["after"]"""));
        await App.StartAsync();
        await App.BecomesEvictedAsync("after");
        await App.AssertEvictedAsync("before");
        await App.BecomesEvictedAsync("beside");
        await Eventually.BecomesTrueAsync(async () => await App.Outbox.GetStatusAsync() is { Pending: 0, SetAside: 2 }, "two rows are set aside");
        Assert.Contains(App.Log.GetSnapshot(), record => record.Id.Id == 103);
        Assert.Equal(2, await Database.NumberAsync("SELECT COUNT(*) FROM redistagcache_outbox WHERE error LIKE '%Exception: %'"));

        // Corrected, it is evicted.
        await App.CacheAsync("fixed");
        await Database.RunAsync("UPDATE redistagcache_outbox SET tags = '[\"fixed\"]', error = NULL, due_at = 0 WHERE tags = 'no json'");
        await App.BecomesEvictedAsync("fixed");
    }

    [Fact]
    public async Task Dispatch_OfTenThousandRowsByTwoInstances_EvictsEachTag()
    {
        const int Rows = 10_000;
        string[] tags = [.. Enumerable.Range(0, Rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"tag:{i}"))];
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            foreach (var chunk in tags.Chunk(500))
            {
                command.CommandText = "INSERT INTO redistagcache_outbox (cache, action, tags, due_at) VALUES " + string.Join(',', chunk.Select(tag => $"('default', 0, '[\"{tag}\"]', 0)"));
                await command.ExecuteNonQueryAsync();
            }

            await transaction.CommitAsync();
        }

        await Task.WhenAll(tags.Chunk(1_000).Select(chunk => App.CacheAsync(chunk)));
        var other = await CreateAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(App.StartAsync(), other.StartAsync());
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "all rows are deleted", TimeSpan.FromMinutes(2));
        output.WriteLine($"{Rows / watch.Elapsed.TotalSeconds:F0} rows/s by two instances, {Database.Kind}.");
        foreach (var chunk in tags.Chunk(1_000))
            await App.AssertEvictedAsync(chunk);
    }

    [Fact]
    public async Task Claim_ByTwoInstancesAtOnce_GivesEachRowToOne()
    {
        for (var i = 0; i < 40; i++)
            await Database.RunAsync(Sql("[\"t\"]"));
        var table = new OutboxTable(Connections, "default", OutboxDatabase.Auto);
        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => table.ClaimAsync(10, TimeSpan.FromMinutes(1), CancellationToken.None)));
        var ids = claims.SelectMany(claim => claim).Select(row => row.Row.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(40, ids.Length);
        Assert.Empty(await table.ClaimAsync(10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task Claim_WhoseInstanceEnds_IsFreeAfterItsLease()
    {
        await Database.RunAsync(Sql("[\"t\"]"));
        var table = new OutboxTable(Connections, "default", OutboxDatabase.Auto);
        Assert.Single(await table.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.Empty(await table.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None));
        await Eventually.BecomesTrueAsync(async () => (await table.ClaimAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None)).Count == 1, "the row is taken over");
    }

    [Fact]
    public async Task PortableClaim_ByTwoInstancesAtOnce_GivesEachRowToOne()
    {
        for (var i = 0; i < 20; i++)
            await Database.RunAsync(Sql("[\"t\"]"));
        var dialect = Dialect.Of(Database.Kind);
        var claims = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            await using var connection = await Database.DataSource.OpenConnectionAsync();
            return await PortableClaim.RunAsync(connection, dialect, "redistagcache_outbox", "default", $"claim {i}", 20, TimeSpan.FromMinutes(1), CancellationToken.None);
        }));
        var ids = claims.SelectMany(claim => claim).Select(row => row.Row.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(20, ids.Length);
    }

    [Fact]
    public async Task NewRow_ForAMoment_IsLeftToItsProcess()
    {
        await Database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags) VALUES ('default', 0, '[\"t\"]')");
        var wait = await Database.NumberAsync($"SELECT due_at - pending_since FROM redistagcache_outbox");
        Assert.InRange(wait, Dialect.Grace - 50, Dialect.Grace + 50);
        Assert.InRange((await App.Outbox.GetStatusAsync()).OldestAge, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task CleanUp_OfRowsSetAsideLongAgo_DeletesThemOnly()
    {
        await Database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, pending_since, due_at, error) VALUES ('default', 0, 'x', 0, 0, 'rejected')");
        await Database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, due_at, error) VALUES ('default', 0, 'x', 0, 'rejected')");
        await Database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, pending_since, due_at) VALUES ('another', 0, 'x', 0, 0)");
        await App.StartAsync();
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 2, "the old row is deleted");
        Assert.Equal(1, (await App.Outbox.GetStatusAsync()).SetAside);
    }

    [Fact]
    public async Task Dispatch_WithoutTheTable_LogsAndContinues()
    {
        await Database.RunAsync("ALTER TABLE redistagcache_outbox RENAME TO hidden");
        await App.StartAsync();
        await Eventually.BecomesTrueAsync(() => App.Log.GetSnapshot().Any(record => record.Id.Id == 102), "it is logged");
        await Database.RunAsync("ALTER TABLE hidden RENAME TO redistagcache_outbox");
        await App.CacheAsync("article:1");
        await Database.RunAsync(Sql("""["article:1"]"""));
        await App.BecomesEvictedAsync("article:1");
    }

    [Fact]
    public async Task DisabledCache_AddsRowsAndLeavesAllToEnabledInstances()
    {
        await App.CacheAsync("article:1", "article:2");
        var disabled = await CreateAsync(cache: static options => options.Enabled = false);
        await Database.RunAsync(Sql("""["article:1"]"""));
        await Database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, pending_since, due_at, error) VALUES ('default', 0, 'x', 0, 0, 'rejected')");
        await disabled.StartAsync();
        await Eventually.BecomesTrueAsync(async () => (await disabled.Outbox.GetStatusAsync()).SetAside == 0, "a step has ended");
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await disabled.Outbox.EnqueueAsync(transaction, ["article:2"]);
            await disabled.Outbox.CommitAsync(transaction);
        }

        Assert.Equal(2, await Database.NumberAsync("SELECT COUNT(*) FROM redistagcache_outbox WHERE claim IS NULL"));
        await App.StartAsync();
        await App.BecomesEvictedAsync("article:1");
        await App.BecomesEvictedAsync("article:2");
    }

    [Fact]
    public async Task Changes_OfRowsOfAnotherCache_DoNothing()
    {
        await Database.RunAsync(Sql("[\"t\"]"));
        var id = await Database.NumberAsync("SELECT MIN(id) FROM redistagcache_outbox");
        var table = new OutboxTable(Connections, "another", OutboxDatabase.Auto);
        await table.DeleteAsync([id], CancellationToken.None);
        await table.RepeatAsync([id], TimeSpan.FromHours(1), CancellationToken.None);
        await table.ReleaseAsync([id], TimeSpan.FromHours(1), CancellationToken.None);
        await table.SetAsideAsync(id, "rejected", CancellationToken.None);
        Assert.Empty(await table.ExistingAsync([id], CancellationToken.None));
        Assert.Equal(1, await Database.NumberAsync("SELECT COUNT(*) FROM redistagcache_outbox WHERE error IS NULL AND pass = 0 AND due_at = 0"));
    }

    private static string Sql(string tags) => Insert.Replace("{0}", tags, StringComparison.Ordinal);

    private static async Task WriteAsync(DbTransaction transaction)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO articles (title) VALUES ('Emma')";
        await command.ExecuteNonQueryAsync();
    }

    private Task<App> CreateAsync(bool createTable = false, Action<RedisTagCacheOptions>? cache = null) =>
        KeepAsync(App.ForSqlAsync(Database, Redis, Prefix, cache: cache, createTable: createTable));
}

public sealed class SqliteOutboxTests(RedisFixture redis, ITestOutputHelper output) : OutboxContract(redis, output)
{
    protected override Task<TestDatabase> CreateDatabaseAsync() => Task.FromResult<TestDatabase>(new SqliteDatabase());
}

public sealed class PostgresOutboxTests(RedisFixture redis, PostgresFixture postgres, ITestOutputHelper output) : OutboxContract(redis, output)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());
}
