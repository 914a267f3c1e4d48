using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>When the evictions of a transaction happen, and when they do not. The background service runs only where a test starts it.</summary>
public abstract class TransactionContract(RedisFixture redis) : LibrarySuite(redis)
{
    private readonly Interventions _interventions = new();

    private protected override Task<App> CreateFirstAsync() => CreateAsync(createDatabase: true);

    [Fact]
    public async Task Commit_OfSeveralSaves_EvictsAfterIt()
    {
        await App.CacheAsync("shelf:1", "shelf:2", "book:1", "book:2");
        await using var db = App.Context();
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            (await db.Books.SingleAsync()).ShelfId = 2;
            await db.SaveChangesAsync();
            db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
            Assert.Equal(1, await db.SaveChangesAsync());
            await App.AssertCachedAsync("shelf:1", "shelf:2", "book:1", "book:2");
            await transaction.CommitAsync();
        }

        await App.AssertEvictedAsync("shelf:1", "shelf:2", "book:1", "book:2");
    }

    /// <summary>Entity Framework tells interceptors of all failures but this one.</summary>
    [Fact]
    public async Task Commit_AfterASaveThatMetAConcurrentChange_Evicts()
    {
        await App.CacheAsync("said");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        await Database.RunAsync("DELETE FROM \"Books\"");
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync());
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            db.EvictOnCommit("said");
            await transaction.CommitAsync();
        }

        await App.AssertEvictedAsync("said");
    }

    [Fact]
    public async Task Commit_Synchronous_EvictsBeforeItReturns()
    {
        await App.CacheAsync("book:1", "said");
        await using var db = App.Context();
        using var transaction = db.Database.BeginTransaction();
        db.Books.Single().ShelfId = 2;
        db.SaveChanges();
        db.EvictOnCommit("said");
        transaction.Commit();
        await App.AssertEvictedAsync("book:1", "said");
    }

    [Fact]
    public async Task Rollback_AfterSaves_EvictsNothingAndLeavesNoRow()
    {
        await App.CacheAsync("book:1", "book:2", "said");
        await using (var db = App.Context())
        {
            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                (await db.Books.SingleAsync()).ShelfId = 2;
                db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
                await db.SaveChangesAsync();
                db.EvictOnCommit("said");
                await transaction.RollbackAsync();
            }

            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.EvictOnCommit("said"); // disposed without a commit
                await db.Database.ExecuteSqlRawAsync("UPDATE \"Books\" SET \"Title\" = 'x'");
            }

            await using (var transaction = await db.Database.BeginTransactionAsync())
                await transaction.CommitAsync();
        }

        Assert.Equal(0, await Database.RowsAsync());
        await App.AssertCachedAsync("book:1", "book:2", "said");
    }

    [Fact]
    public async Task RollbackToSavepoint_ThenCommit_EvictsWhatIsLeft()
    {
        await App.CacheAsync("shelf:1", "shelf:2", "said before", "said after");
        await using var db = App.Context();
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Shelves.Add(new Shelf { Name = "three" });
        db.Books.Add(new Book { Title = "Persuasion", ShelfId = 1 });
        await db.SaveChangesAsync();
        db.EvictOnCommit("said before");
        await transaction.CreateSavepointAsync("here");
        db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
        await db.SaveChangesAsync();
        db.EvictOnCommit("said after");
        await transaction.RollbackToSavepointAsync("here");
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("shelf:1", "said before");
        await App.AssertCachedAsync("shelf:2", "said after");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveChanges_WhoseRowsOfGeneratedKeysFail_EndsTheTransaction(bool isAsync)
    {
        await Database.RejectRowsAsync("book:");
        await using var db = App.Context();
        await using var transaction = await db.Database.BeginTransactionAsync();
        (await db.Shelves.FirstAsync()).Name = "new";
        db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        await Assert.ThrowsAnyAsync<DbException>(() => isAsync ? db.SaveChangesAsync() : Task.FromResult(db.SaveChanges()));
        await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync()); // the application goes on all the same
        Assert.Equal(0, await Database.NumberAsync("SELECT COUNT(*) FROM \"Shelves\" WHERE \"Name\" = 'new'"));
        Assert.Equal(1, await Database.NumberAsync("SELECT COUNT(*) FROM \"Books\""));
        Assert.Equal(0, await Database.RowsAsync());
    }

    [Fact]
    public async Task SaveChanges_ThatFails_EvictsNothingUntilItSucceeds()
    {
        await App.CacheAsync("shelf:9", "said");
        await using var db = App.Context();
        var book = db.Books.Add(new Book { Title = "Persuasion", ShelfId = 9 });
        db.EvictOnCommit("said");
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync()); // there is no such shelf
        await App.AssertCachedAsync("shelf:9", "said");
        Assert.Equal(0, await Database.RowsAsync());
        book.Entity.ShelfId = 2;
        Assert.Equal(1, await db.SaveChangesAsync());
        await App.AssertEvictedAsync("said");
        await App.AssertCachedAsync("shelf:9");
    }

    [Fact]
    public async Task Commit_OfSeveralContexts_EvictsForAll()
    {
        await App.CacheAsync("shelf:1", "shelf:2", "book:1", "book:2");
        await using var first = App.Context();
        await using var second = App.Context();
        await using var transaction = await first.Database.BeginTransactionAsync();
        second.Database.SetDbConnection(first.Database.GetDbConnection());
        await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
        second.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        await second.SaveChangesAsync();
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("shelf:2", "book:2");
        await App.AssertCachedAsync("shelf:1", "book:1");
    }

    [Fact]
    public async Task Commit_OfTheDbTransaction_EvictsThroughTheOutbox()
    {
        await App.CacheAsync("book:1");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var db = App.Context();
        db.Database.SetDbConnection(connection);
        await db.Database.UseTransactionAsync(transaction);
        (await db.Books.SingleAsync()).Title = "Persuasion";
        await db.SaveChangesAsync();
        await App.Outbox.CommitAsync(transaction);
        await App.AssertEvictedAsync("book:1");
    }

    [Fact]
    public async Task Strategy_ThatRetriesATransaction_EvictsOnceItCommits()
    {
        var tries = 0;
        var app = await CreateAsync(strategy: true);
        await app.CacheAsync("book:1", "first", "second");
        await using var db = app.Context();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            (await db.Books.SingleAsync()).ShelfId = 2;
            await db.SaveChangesAsync();
            db.EvictOnCommit(++tries == 1 ? "first" : "second");
            if (tries == 1)
                throw new LostAnswerException();
            await transaction.CommitAsync();
        });
        Assert.Equal(2, tries);
        await app.AssertEvictedAsync("book:1", "second");
        await app.AssertCachedAsync("first");
    }

    [Fact]
    public async Task Strategy_ThatRetriesSaveChanges_EvictsTheKeyOfTheLastTry()
    {
        var tries = 0;
        var app = await CreateAsync(strategy: true);
        _interventions.Committing = () => ++tries == 1 ? throw new LostAnswerException() : Task.CompletedTask;
        await using var db = app.Context();
        var book = db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        await app.CacheAsync("shelf:2", "book:2", "book:3");
        Assert.Equal(1, await db.SaveChangesAsync());
        Assert.Equal(2, tries);
        await app.AssertEvictedAsync("shelf:2", $"book:{book.Entity.Id}");
    }

    [Fact]
    public async Task Commit_WhoseAnswerIsLost_IsEvictedInTheBackground()
    {
        await App.CacheAsync("book:1");
        _interventions.Committed = static () => throw new LostAnswerException();
        await using var db = App.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        await Assert.ThrowsAnyAsync<Exception>(() => db.SaveChangesAsync());
        await App.AssertCachedAsync("book:1");
        Assert.Equal(2, await Database.RowsAsync()); // evicted and expired tags
        await App.StartAsync();
        await App.BecomesEvictedAsync("book:1");
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "the row is deleted");
    }

    [Fact]
    public async Task SaveChanges_CanceledAfterTheCommit_EvictsAllTheSame()
    {
        await App.CacheAsync("book:1");
        using var canceling = new CancellationTokenSource();
        _interventions.Committed = canceling.CancelAsync;
        await using var db = App.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        await db.SaveChangesAsync(canceling.Token);
        await App.AssertEvictedAsync("book:1");
    }

    [Fact]
    public async Task EvictBeforeCommit_IfSet_EvictsBeforeAndAfter()
    {
        var app = await CreateAsync(outbox: options => options.EvictBeforeCommit = true, afterOutbox: true);
        await app.CacheAsync("book:1", "book:2");
        _interventions.Committing = async () =>
        {
            await app.AssertEvictedAsync("book:1", "book:2");
            await app.CacheAsync("book:1", "book:2"); // a request of this moment stores the old value
        };
        await using var db = app.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        await db.SaveChangesAsync();
        await app.AssertEvictedAsync("book:1", "book:2");
    }

    [Fact]
    public async Task RepeatAfter_IfSet_EvictsAgain()
    {
        var app = await CreateAsync(outbox: options => (options.RepeatAfter, options.PollInterval) = (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(200)));
        await app.StartAsync();
        await using var db = app.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        await db.SaveChangesAsync();
        await app.CacheAsync("book:1"); // computed from a replica that lags
        await app.BecomesEvictedAsync("book:1");
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "the row is deleted");
    }

    [Fact]
    public async Task PooledContext_ThatIsReturned_ForgetsWhatWasQueued()
    {
        var app = await CreateAsync(isPooled: true);
        await app.CacheAsync("said", "book:1");
        await using (var db = app.Context())
            db.EvictOnCommit("said");
        await using (var db = app.Context())
        {
            (await db.Books.SingleAsync()).ShelfId = 2;
            await db.SaveChangesAsync();
        }

        await app.AssertCachedAsync("said");
        await app.AssertEvictedAsync("book:1");
        Assert.Contains(app.Log.GetSnapshot(), record => record.Id.Id == 111);
    }

    [Fact]
    public async Task ExecuteUpdate_WithoutAnEviction_IsLogged()
    {
        await using var db = App.Context();
        await db.Shelves.ExecuteUpdateAsync(set => set.SetProperty(s => s.Name, "none")); // not mapped
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await db.Books.ExecuteUpdateAsync(set => set.SetProperty(b => b.Title, "Emma"));
            db.EvictOnCommit("book:1");
            await transaction.CommitAsync();
        }

        Assert.DoesNotContain(App.Log.GetSnapshot(), record => record.Id.Id == 110);
        await db.Books.Where(b => b.Id == 1).ExecuteUpdateAsync(set => set.SetProperty(b => b.Title, "Persuasion"));
        Assert.Single(App.Log.GetSnapshot(), record => record.Id.Id == 110);

        var other = await CreateAsync();
        await using var next = other.Context();
        await using (var transaction = await next.Database.BeginTransactionAsync())
        {
            await next.Books.ExecuteDeleteAsync();
            await transaction.CommitAsync();
        }

        Assert.Single(other.Log.GetSnapshot(), record => record.Id.Id == 110);
    }

    [Fact]
    public async Task EvictOnCommit_WithoutChanges_IsWrittenBySaveChanges()
    {
        await App.CacheAsync("said", "soft");
        await using var db = App.Context();
        db.EvictOnCommit("said", null, "");
        db.ExpireOnCommit("soft");
        await App.AssertCachedAsync("said");
        Assert.Equal(0, await db.SaveChangesAsync());
        await App.AssertEvictedAsync("said");
        Assert.Equal(CacheLookupState.Stale, await App.StateAsync("soft"));
        Assert.Throws<ArgumentException>(() => db.EvictOnCommit("\ud800"));
    }

    [Fact]
    public async Task Model_ForMigrations_HasTheTableAndNoDelegates()
    {
        await using var db = App.Context();
        var model = db.GetService<IDesignTimeModel>().Model;
        Assert.Contains(model.GetEntityTypes(), type => type.GetTableName() == "redistagcache_outbox");
        Assert.DoesNotContain(model.GetEntityTypes(), type => type.FindAnnotation("RedisTagCache:Tags") is not null);
        Assert.Contains("redistagcache_outbox", db.Database.GenerateCreateScript(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaveChanges_WithoutRedis_SucceedsAndIsEvictedLater()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await App.ForContextAsync(Database, server.ConnectionString, Prefix, createDatabase: false, cache: static options => options.OperationTimeout = TimeSpan.FromSeconds(2));
        await app.CacheAsync("book:1");
        server.Kill();
        await using (var db = app.Context())
        {
            (await db.Books.SingleAsync()).ShelfId = 2;
            Assert.Equal(1, await db.SaveChangesAsync());
        }

        Assert.Equal(2, await Database.RowsAsync()); // evicted and expired tags
        Assert.Contains(app.Log.GetSnapshot(), record => record.Id.Id == 100);
        await app.StartAsync();
        await server.RestartAsync();
        await Eventually.BecomesTrueAsync(async () => await Database.RowsAsync() == 0, "the row is deleted", TimeSpan.FromSeconds(30));
    }

    private protected Task<App> CreateAsync(
        bool createDatabase = false, bool strategy = false, bool isPooled = false, bool afterOutbox = false, Action<RedisTagCacheOutboxOptions>? outbox = null) =>
        KeepAsync(App.ForContextAsync(
            Database, Redis, Prefix, outbox,
            options =>
            {
                if (strategy)
                    options.ReplaceService<IExecutionStrategyFactory, RetryingStrategyFactory>();
                if (afterOutbox)
                    options.UseRedisTagCache(); // its interceptors come first
                options.AddInterceptors(_interventions);
            },
            isPooled: isPooled,
            createDatabase: createDatabase));
}

internal sealed class RetryingStrategyFactory(ExecutionStrategyDependencies dependencies) : IExecutionStrategyFactory
{
    public IExecutionStrategy Create() => new RetryingStrategy(dependencies);
}
