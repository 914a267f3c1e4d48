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
