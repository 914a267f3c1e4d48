using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>What EvictOnCommit requests is evicted by the transaction that commits, whichever context commits it, and however often it was tried before. The background service does not run.</summary>
public abstract class RequestContract(RedisFixture redis) : OutboxSuite(redis)
{
    private readonly Interventions _interventions = new();

    private protected override Task<App> CreateFirstAsync() => CreateAsync(createDatabase: true);

    protected override async Task FillAsync()
    {
        await using var db = App.Context();
        db.Shelves.AddRange(new Shelf { Name = "one" }, new Shelf { Name = "two" });
        await db.SaveChangesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExecuteInTransaction_RolledBackOnce_EvictsWhatWasRequestedBefore(bool hasChanges)
    {
        var tries = 0;
        var app = await CreateAsync(strategy: true);
        await app.CacheAsync("said", "book:1");
        await using var db = app.Context();
        if (hasChanges)
            db.Books.Add(new Book { Id = 1, Title = "Emma", ShelfId = 1 });
        db.EvictOnCommit("said");
        await db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
            async stop =>
            {
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, stop);
                if (++tries == 1)
                    throw new LostAnswerException();
            },
            static _ => Task.FromResult(false));
        Assert.Equal(2, tries);
        await app.AssertEvictedAsync("said");
        if (hasChanges)
            await app.AssertEvictedAsync("book:1");
    }

    [Fact]
    public async Task Commit_AfterATransactionThatWasDisposed_EvictsWhatWasRequestedBeforeIt()
    {
        await App.CacheAsync("said", "inside");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using (await db.Database.BeginTransactionAsync())
        {
            db.EvictOnCommit("inside");
            await db.SaveChangesAsync();
        }

        await App.AssertCachedAsync("said", "inside");
        await using (var transaction = await db.Database.BeginTransactionAsync())
            await transaction.CommitAsync();
        await App.AssertEvictedAsync("said");
        await App.AssertCachedAsync("inside");
    }

    [Fact]
    public async Task RollbackToSavepoint_ThenCommit_EvictsWhatWasRequestedBeforeTheTransaction()
    {
        await App.CacheAsync("said");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using var transaction = await db.Database.BeginTransactionAsync();
        await transaction.CreateSavepointAsync("here");
        await db.SaveChangesAsync();
        await transaction.RollbackToSavepointAsync("here");
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("said");
    }

    [Fact]
    public async Task Commit_ThatFailsAndIsTriedAgain_Evicts()
    {
        var tries = 0;
        await App.CacheAsync("said", "inside", "shelf:2");
        _interventions.Committing = () => ++tries == 1 ? throw new LostAnswerException() : Task.CompletedTask;
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Books.Add(new Book { Title = "Emma", ShelfId = 2 });
        await db.SaveChangesAsync();
        db.EvictOnCommit("inside");
        await Assert.ThrowsAsync<LostAnswerException>(() => transaction.CommitAsync());
        await App.AssertCachedAsync("said", "inside", "shelf:2");
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("said", "inside", "shelf:2");
    }

    /// <summary>Two applications stand for two caches in one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_OfATransactionOfSeveralContexts_EvictsWhatOthersRequested(bool isAsync)
    {
        var other = await CreateAsync();
        await App.CacheAsync("first", "second", "third");
        await other.CacheAsync("first", "second", "third");
        await using var first = App.Context();
        await using var transaction = await first.Database.BeginTransactionAsync();
        first.EvictOnCommit("first");
        foreach (var (app, tag) in new[] { (App, "second"), (other, "third") })
        {
            await using var db = app.Context();
            db.Database.SetDbConnection(first.Database.GetDbConnection());
            await db.Database.UseTransactionAsync(transaction.GetDbTransaction());
            db.EvictOnCommit(tag);
        }

        await App.AssertCachedAsync("first", "second", "third");
        if (isAsync)
            await transaction.CommitAsync();
        else
            transaction.Commit();
        await App.AssertEvictedAsync("first", "second");
        await App.AssertCachedAsync("third");
        await other.AssertEvictedAsync("third");
        await other.AssertCachedAsync("first", "second");
        Assert.DoesNotContain(App.Log.GetSnapshot(), record => record.Id.Id == 111);
    }

    [Fact]
    public async Task Rollback_OfATransactionOfSeveralContexts_EvictsNothing()
    {
        await App.CacheAsync("first", "second");
        await using var first = App.Context();
        await using var second = App.Context();
        await using (var transaction = await first.Database.BeginTransactionAsync())
        {
            first.EvictOnCommit("first");
            second.Database.SetDbConnection(first.Database.GetDbConnection());
            await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
            second.EvictOnCommit("second");
            await second.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        await using (var transaction = await first.Database.BeginTransactionAsync())
            await transaction.CommitAsync();
        await App.AssertCachedAsync("first", "second");
        Assert.Equal(0, await Database.RowsAsync());
    }

    /// <summary>Npgsql uses the object of a transaction again.</summary>
    [Fact]
    public async Task Commit_AfterARollbackByAnotherContext_EvictsWhatWasRequestedBefore()
    {
        await App.CacheAsync("said");
        await using var first = App.Context();
        await using var second = App.Context();
        await first.Database.OpenConnectionAsync();
        second.Database.SetDbConnection(first.Database.GetDbConnection());
        second.EvictOnCommit("said");
        foreach (var isCommitted in new[] { false, true })
        {
            await App.AssertCachedAsync("said");
            await using var transaction = await first.Database.BeginTransactionAsync();
            await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
            await second.SaveChangesAsync();
            await (isCommitted ? transaction.CommitAsync() : transaction.RollbackAsync());
            await second.Database.UseTransactionAsync(null);
        }

        await App.AssertEvictedAsync("said");
    }

    [Fact]
    public async Task Commit_AfterAnotherContextRolledBackToASavepoint_EvictsWhatWasRequestedBefore()
    {
        await App.CacheAsync("said");
        await using var first = App.Context();
        await using var second = App.Context();
        second.EvictOnCommit("said");
        await using var transaction = await first.Database.BeginTransactionAsync();
        second.Database.SetDbConnection(first.Database.GetDbConnection());
        await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
        await transaction.CreateSavepointAsync("here");
        await second.SaveChangesAsync();
        await transaction.RollbackToSavepointAsync("here");
        await second.SaveChangesAsync();
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("said");
    }

    /// <summary>Nobody tells the context how its transactions have ended.</summary>
    [Fact]
    public async Task SaveChanges_InManyTransactionsThatAreCommittedWithoutTheContext_WritesAFewTagsEachTime()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var db = App.Context();
        db.Database.SetDbConnection(connection);
        for (var i = 100; i < 150; i++)
        {
            db.EvictOnCommit($"tag:{i}");
            await using var transaction = await connection.BeginTransactionAsync();
            await db.Database.UseTransactionAsync(transaction);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
            await db.Database.UseTransactionAsync(null);
        }

        Assert.InRange(await Database.NumberAsync("SELECT MAX(LENGTH(tags)) FROM redistagcache_outbox"), 1, 18 * "\"tag:100\",".Length);
    }

    [Fact]
    public async Task ExecuteInTransaction_RolledBackOnce_EvictsTheKeyOfTheLastTry()
    {
        var tries = 0;
        var app = await CreateAsync(strategy: true);
        await app.CacheAsync("book:1", "book:2", "book:3");
        await using var db = app.Context();
        var book = db.Books.Add(new Book { Title = "Emma", ShelfId = 1 });
        await db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
            async stop =>
            {
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, stop);
                if (++tries == 1)
                    throw new LostAnswerException();
            },
            static _ => Task.FromResult(false));
        db.ChangeTracker.AcceptAllChanges();
        await app.AssertEvictedAsync($"book:{book.Entity.Id}");
    }

    [Fact]
    public async Task Dispose_OfAScopeWithARequest_IsLoggedAndDoesNotThrow()
    {
        await using var app = App.Create(Redis, Guid.NewGuid().ToString("N"), null, services => services
            .AddDbContext<LibraryContext>(options =>
            {
                Database.Use(options);
                options.UseRedisTagCache();
            })
            .AddRedisTagCacheOutbox<LibraryContext>());
        using (var scope = app.Services.CreateScope())
            scope.ServiceProvider.GetRequiredService<LibraryContext>().EvictOnCommit("said");
        Assert.Contains(app.Log.GetSnapshot(), record => record.Id.Id == 111);
    }

    [Fact]
    public async Task Dispose_AfterACommitWithoutTheContext_IsLogged()
    {
        await using (var connection = await Database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var db = App.Context();
            db.Database.SetDbConnection(connection);
            await db.Database.UseTransactionAsync(transaction);
            db.EvictOnCommit("said");
            await transaction.CommitAsync();
        }

        Assert.Contains(App.Log.GetSnapshot(), record => record.Id.Id == 111);
    }

    [Fact]
    public async Task SaveChanges_WithATagThatIsRejected_LeavesNoRowInTheContext()
    {
        await using var db = App.Context();
        db.Books.Add(new Book { Id = 1, Title = "\ud800", ShelfId = 1 }); // its other tags are valid
        await Assert.ThrowsAsync<ArgumentException>(() => db.SaveChangesAsync());
        Assert.DoesNotContain(db.ChangeTracker.Entries(), entry => entry.Entity.GetType().Name == "OutboxEntity");
    }

    private protected Task<App> CreateAsync(bool createDatabase = false, bool strategy = false) => KeepAsync(App.ForContextAsync(
        Database, Redis, Guid.NewGuid().ToString("N"), createDatabase: createDatabase,
        context: options => (strategy ? options.ReplaceService<IExecutionStrategyFactory, RetryingStrategyFactory>() : options).AddInterceptors(_interventions)));
}

public sealed class SqliteRequestTests(RedisFixture redis) : RequestContract(redis)
{
    protected override Task<TestDatabase> CreateDatabaseAsync() => Task.FromResult<TestDatabase>(new SqliteDatabase());

    /// <summary>On PostgreSQL, a statement that fails ends the transaction.</summary>
    [Fact]
    public async Task Commit_AfterASavepointThatFailed_Evicts()
    {
        await App.CacheAsync("said", "inside", "shelf:2");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Books.Add(new Book { Title = "Emma", ShelfId = 2 });
        await db.SaveChangesAsync();
        db.EvictOnCommit("inside");
        await Assert.ThrowsAnyAsync<Exception>(() => transaction.RollbackToSavepointAsync("unknown"));
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("said", "inside", "shelf:2");
    }
}

public sealed class PostgresRequestTests(RedisFixture redis, PostgresFixture postgres) : RequestContract(redis)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());

    [Fact]
    public async Task Scope_ThatDoesNotComplete_LeavesTheRequestToTheNext()
    {
        await App.CacheAsync("said");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        foreach (var isComplete in new[] { false, true })
        {
            await App.AssertCachedAsync("said");
            using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
            await db.SaveChangesAsync();
            if (isComplete)
                scope.Complete();
        }

        await App.AssertEvictedAsync("said");
        await App.CacheAsync("said");
        db.Shelves.Add(new Shelf { Name = "three" });
        await db.SaveChangesAsync();
        await App.AssertCachedAsync("said"); // once was enough
    }
}
