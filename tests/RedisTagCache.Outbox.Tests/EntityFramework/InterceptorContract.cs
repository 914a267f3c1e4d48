using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Other interceptors of a context save, begin transactions, and throw. The background service does not run.</summary>
public abstract class InterceptorContract(RedisFixture redis) : LibrarySuite(redis)
{
    private readonly SaveInterventions _before = new();
    private readonly SaveInterventions _after = new();
    private readonly Interventions _transactions = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SaveChanges_WithAnotherInSavedChanges_EvictsForBoth(bool hasTransaction, bool isAsync)
    {
        await App.CacheAsync("book:1", "book:2", "book:3", "said");
        SaveOnceMore();
        await using var db = App.Context();
        await using (var transaction = hasTransaction ? await db.Database.BeginTransactionAsync() : null)
        {
            db.EvictOnCommit("said");
            (await db.Books.SingleAsync()).Title = "Persuasion";
            db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
            Assert.Equal(2, await SaveAsync(db, isAsync));
            if (transaction is not null)
            {
                await App.AssertCachedAsync("book:1", "book:2", "book:3", "said");
                await transaction.CommitAsync();
            }
        }

        await App.AssertEvictedAsync("book:1", "book:2", "book:3", "said");
        AssertRestored(db);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveChanges_WithOnlyGeneratedTagsAndAnotherInSavedChanges_EvictsForBoth(bool isAsync)
    {
        await App.CacheAsync("book:2", "book:3");
        SaveOnceMore();
        await using var db = App.Context();
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
        Assert.Equal(1, await SaveAsync(db, isAsync));
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("book:2", "book:3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveChanges_InATransactionOfAnotherInterceptor_Evicts(bool isAsync)
    {
        await App.CacheAsync("book:1", "book:2");
        _before.Saving = static (db, _) => db.Database.BeginTransactionAsync();
        _before.Saved = static (db, _) => db.Database.CommitTransactionAsync();
        await using var db = App.Context();
        await ChangeAndAddAsync(db);
        Assert.Equal(2, await SaveAsync(db, isAsync));
        await App.AssertEvictedAsync("book:1", "book:2");
        AssertRestored(db);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SaveChanges_AfterASaveThatAnInterceptorEnded_WritesAndEvictsOnce(bool hasTransaction, bool isAsync)
    {
        await App.CacheAsync("book:1", "book:2", "said", "inside");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using (var transaction = hasTransaction ? await db.Database.BeginTransactionAsync() : null)
        {
            await FailSaveAsync(db, isAsync);
            Assert.Equal(2, await SaveAsync(db, isAsync));
            if (transaction is not null)
                await transaction.CommitAsync();
        }

        await App.AssertEvictedAsync("book:1", "book:2", "said", "inside");
        Assert.Equal(4, await Database.RowsAsync()); // of evicted and expired tags, known and generated
        AssertRestored(db);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Commit_AfterASaveThatAnInterceptorEnded_EvictsWhatWasRequested(bool failsInTransaction, bool isAsync)
    {
        await App.CacheAsync("book:1", "said", "inside", "later");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        if (!failsInTransaction)
            await FailSaveAsync(db, isAsync);
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            if (failsInTransaction)
                await FailSaveAsync(db, isAsync);
            db.EvictOnCommit("later");
            if (isAsync)
                await transaction.CommitAsync();
            else
                transaction.Commit();
        }

        await App.AssertEvictedAsync("said", "inside", "later");
        await App.AssertCachedAsync("book:1"); // not saved

        // A call without a transaction might have gone on, as far as the transaction shows. The next one restores the context.
        if (!failsInTransaction)
        {
            await SaveAsync(db, isAsync);
            await App.AssertEvictedAsync("book:1");
        }

        AssertRestored(db);
    }

    /// <summary>A transaction of another interceptor, ahead of the changes, is not the one of the changes.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SaveChanges_AfterATransactionOfAnInterceptor_EvictsWithTheChanges(bool isRolledBack, bool isAsync)
    {
        await App.CacheAsync("book:1", "book:2", "said");
        _after.Saving = async (db, _) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlRawAsync("SELECT 1");
            if (isRolledBack)
                await transaction.RollbackAsync();
            else
                await transaction.CommitAsync();
            await App.CacheAsync("said"); // whatever was evicted now, the changes are not saved yet
        };
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await ChangeAndAddAsync(db);
        Assert.Equal(2, await SaveAsync(db, isAsync));
        await App.AssertEvictedAsync("book:1", "book:2", "said");
        AssertRestored(db);
    }

    [Fact]
    public async Task Commit_ByAnotherContextAfterASaveThatAnInterceptorEnded_EvictsWhatWasRequested()
    {
        await App.CacheAsync("inside");
        await using var first = App.Context();
        await using var transaction = await first.Database.BeginTransactionAsync();
        await using (var second = App.Context())
        {
            second.Database.SetDbConnection(first.Database.GetDbConnection());
            await second.Database.UseTransactionAsync(transaction.GetDbTransaction());
            await FailSaveAsync(second, isAsync: true);
        }

        await transaction.CommitAsync();
        await App.AssertEvictedAsync("inside");
    }

    [Fact]
    public async Task Rollback_AfterASaveThatAnInterceptorEnded_EvictsWhatWasRequestedBeforeWithTheNextCommit()
    {
        await App.CacheAsync("said", "inside");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await FailSaveAsync(db, isAsync: true);
            await transaction.RollbackAsync();
        }

        AssertRestored(db);
        await using (var transaction = await db.Database.BeginTransactionAsync())
            await transaction.CommitAsync();
        await App.AssertEvictedAsync("said");
        await App.AssertCachedAsync("inside");
    }

    /// <summary>The rows of the save before went with the savepoint.</summary>
    [Fact]
    public async Task RollbackToSavepoint_AfterASaveThatAnInterceptorEnded_EvictsWhatWasRequestedBefore()
    {
        await App.CacheAsync("said");
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await using var started = await connection.BeginTransactionAsync();
        await started.SaveAsync("here");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        db.Database.SetDbConnection(connection);
        await using var transaction = await db.Database.UseTransactionAsync(started);
        await db.SaveChangesAsync();
        await FailSaveAsync(db, isAsync: true);
        await transaction!.RollbackToSavepointAsync("here");
        await transaction.CommitAsync();
        await App.AssertEvictedAsync("said");
    }

    /// <summary>Row-level security is often set up like this, with a statement at the beginning of each transaction.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveChanges_WithAStatementOfAnInterceptorInItsTransaction_Evicts(bool isAsync)
    {
        await App.CacheAsync("book:1", "book:2", "said");
        _transactions.Started = static db => db.Database.ExecuteSqlRawAsync("SELECT 1");
        await using var db = App.Context();
        db.EvictOnCommit("said");
        await ChangeAndAddAsync(db);
        Assert.Equal(2, await SaveAsync(db, isAsync));
        await App.AssertEvictedAsync("book:1", "book:2", "said");
        AssertRestored(db);
    }

    private protected override Task<App> CreateFirstAsync() => KeepAsync(App.ForContextAsync(
        Database, Redis, Guid.NewGuid().ToString("N"),
        context: options => options.AddInterceptors(_before, _transactions), afterOutbox: options => options.AddInterceptors(_after)));

    /// <summary>Changes a book, and adds one whose key the database generates.</summary>
    private static async Task ChangeAndAddAsync(LibraryContext db)
    {
        (await db.Books.SingleAsync()).Title = "Persuasion";
        db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
    }

    /// <summary>Changes and adds a book, and calls SaveChanges, which an interceptor after the outbox ends.</summary>
    private async Task FailSaveAsync(LibraryContext db, bool isAsync)
    {
        await ChangeAndAddAsync(db);
        db.EvictOnCommit("inside");
        _after.Saving = static (_, _) => throw new LostAnswerException();
        await Assert.ThrowsAsync<LostAnswerException>(() => SaveAsync(db, isAsync));
        _after.Saving = null;
    }

    /// <summary>Makes the next call of SaveChanges add a book in another call, before it ends.</summary>
    private protected void SaveOnceMore() => _before.Saved = (db, isAsync) =>
    {
        _before.Saved = null;
        db.Add(new Book { Title = "Lady Susan", ShelfId = 1 });
        return SaveAsync(db, isAsync);
    };

    private protected static Task<int> SaveAsync(DbContext db, bool isAsync) => isAsync ? db.SaveChangesAsync() : Task.FromResult(db.SaveChanges());

    private protected static void AssertRestored(DbContext db)
    {
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
        Assert.DoesNotContain(db.ChangeTracker.Entries(), entry => entry.Entity.GetType().Name == "OutboxEntity");
    }
}

public sealed class SqliteInterceptorTests(RedisFixture redis) : InterceptorContract(redis)
{
    protected override Task<TestDatabase> CreateDatabaseAsync() => Task.FromResult<TestDatabase>(new SqliteDatabase());
}

public sealed class PostgresInterceptorTests(RedisFixture redis, PostgresFixture postgres) : InterceptorContract(redis)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());

    [Fact]
    public async Task Scope_WithASaveInSavedChanges_EvictsForBoth()
    {
        await App.CacheAsync("book:2", "book:3");
        SaveOnceMore();
        using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var db = App.Context();
            db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
            await db.SaveChangesAsync();
            scope.Complete();
        }

        await App.AssertEvictedAsync("book:2", "book:3");
    }
}
