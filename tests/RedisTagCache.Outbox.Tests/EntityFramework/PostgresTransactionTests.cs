using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using System.Data.Common;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

public sealed class PostgresTransactionTests(RedisFixture redis, PostgresFixture postgres) : TransactionContract(redis)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());

    [Fact]
    public async Task Scope_ThatCompletes_EvictsBeforeItsDisposeReturns()
    {
        await App.CacheAsync("book:1", "book:2", "said");
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var db = App.Context();
            (await db.Books.SingleAsync()).ShelfId = 2;
            db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
            db.EvictOnCommit("said");
            Assert.Equal(2, await db.SaveChangesAsync());
            await App.AssertCachedAsync("book:1", "book:2", "said");
            scope.Complete();
        }

        await App.AssertEvictedAsync("book:1", "book:2", "said");
    }

    /// <summary>Two applications stand for two caches in one.</summary>
    [Fact]
    public async Task Scope_OfTwoCaches_EvictsInEach()
    {
        await using var other = await App.ForContextAsync(Database, Redis, Guid.NewGuid().ToString("N"), createDatabase: false);
        await App.CacheAsync("one", "two");
        await other.CacheAsync("one", "two");
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            foreach (var (app, tag) in new[] { (App, "one"), (other, "two") })
            {
                await using var db = app.Context();
                db.EvictOnCommit(tag);
                await db.SaveChangesAsync();
            }

            scope.Complete();
        }

        await App.AssertEvictedAsync("one");
        await other.AssertEvictedAsync("two");
        await App.AssertCachedAsync("two");
        await other.AssertCachedAsync("one");
    }

    [Fact]
    public async Task Table_OfTheDefaultSchema_GetsAllRows()
    {
        await using var app = await SchemaAppAsync();
        await app.CacheAsync("item:1", "said");
        await using (var db = NewSchemaContext(app))
        {
            db.Add(new Item());
            db.EvictOnCommit("said");
            await db.SaveChangesAsync();
        }

        await app.AssertEvictedAsync("item:1", "said");
    }

    [Fact]
    public async Task Mapping_ThatFailsAfterTheSave_RollsTheTransactionBack()
    {
        await using var app = await SchemaAppAsync();
        await using (var db = NewSchemaContext(app))
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new Item { IsBad = true });
            await Assert.ThrowsAsync<FormatException>(() => db.SaveChangesAsync());
            await Assert.ThrowsAnyAsync<InvalidOperationException>(() => transaction.CommitAsync());
        }

        Assert.Equal(0, await Database.NumberAsync("SELECT COUNT(*) FROM news.\"Item\""));
    }

    private static SchemaContext NewSchemaContext(App app) => app.Services.GetRequiredService<IDbContextFactory<SchemaContext>>().CreateDbContext();

    private async Task<App> SchemaAppAsync()
    {
        var app = App.Create(Redis, Guid.NewGuid().ToString("N"), null, services => services
            .AddDbContextFactory<SchemaContext>(options =>
            {
                Database.Use(options);
                options.UseRedisTagCache();
            })
            .AddRedisTagCacheOutbox<SchemaContext>());
        await using var db = NewSchemaContext(app);
        await db.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        return app;
    }

    [Fact]
    public async Task Scope_ThatDoesNotComplete_EvictsNothing()
    {
        await App.CacheAsync("book:1");
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var db = App.Context();
            (await db.Books.SingleAsync()).ShelfId = 2;
            await db.SaveChangesAsync();
        }

        await App.AssertCachedAsync("book:1");
        Assert.Equal(0, await Database.RowsAsync());
    }

    [Fact]
    public async Task Scope_WithConcurrentStatements_WritesRowsIntoItsTransaction()
    {
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var db = App.Context();
            db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
            await db.SaveChangesAsync();
            Assert.Equal(0, await CommittedRowsAsync());
            scope.Complete();
        }

        Assert.Equal(2, await CommittedRowsAsync()); // the tags of the shelf, and of the generated key
    }

    [Fact]
    public async Task Scope_WhoseRowsOfGeneratedKeysFail_CannotComplete()
    {
        await Database.RejectRowsAsync("book:");
        var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using (var db = App.Context())
        {
            db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
            await Assert.ThrowsAnyAsync<DbException>(() => db.SaveChangesAsync());
            scope.Complete();
        }

        Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.Equal(1, await Database.NumberAsync("SELECT COUNT(*) FROM \"Books\""));
    }

    private async Task<long> CommittedRowsAsync()
    {
        using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await Database.RowsAsync();
    }
}

/// <summary>A context whose tables are in a schema.</summary>
public sealed class SchemaContext(DbContextOptions<SchemaContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema("news");
        modelBuilder.Entity<Item>().EvictsTags(static item => item is { IsBad: true, Id: > 0 } ? throw new FormatException("bad") : $"item:{item.Id}");
    }
}

public sealed class Item
{
    public int Id { get; set; }

    public bool IsBad { get; set; }
}
