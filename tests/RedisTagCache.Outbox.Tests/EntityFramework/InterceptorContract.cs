using Microsoft.EntityFrameworkCore;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Other interceptors of a context save, begin transactions, and throw. The background service does not run.</summary>
public abstract class InterceptorContract(RedisFixture redis) : LibrarySuite(redis)
{
    private readonly SaveInterventions _before = new();

    private protected SaveInterventions Before => _before;

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
        (await db.Books.SingleAsync()).Title = "Persuasion";
        db.Books.Add(new Book { Title = "Sanditon", ShelfId = 2 });
        Assert.Equal(2, await SaveAsync(db, isAsync));
        await App.AssertEvictedAsync("book:1", "book:2");
        AssertRestored(db);
    }

    private protected override Task<App> CreateFirstAsync() => CreateAsync(createDatabase: true);

    private protected Task<App> CreateAsync(bool createDatabase = false) =>
        KeepAsync(App.ForContextAsync(Database, Redis, Guid.NewGuid().ToString("N"), createDatabase: createDatabase, context: options => options.AddInterceptors(_before)));

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
