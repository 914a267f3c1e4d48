using Microsoft.EntityFrameworkCore;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Which tags a change evicts. The background service does not run.</summary>
public abstract class EntityContract(RedisFixture redis) : OutboxSuite(redis)
{
    private protected override Task<App> CreateFirstAsync() => KeepAsync(App.ForContextAsync(Database, Redis, Prefix));

    protected override async Task FillAsync()
    {
        await using var db = App.Context();
        db.Shelves.AddRange(new Shelf { Name = "one" }, new Shelf { Name = "two" }, new Shelf { Name = "three" });
        db.Genres.Add(new Genre { Name = "crime" });
        await db.SaveChangesAsync();
        db.Books.Add(new Book { Title = "Emma", ShelfId = 1, Place = new Place { City = "bath" }, Size = { Height = 20 }, Notes = { new Note { Text = "old" } } });
        await db.SaveChangesAsync();
    }

    [Fact]
    public async Task SaveChanges_ChangedEntity_EvictsTagsOfOldAndNewValues()
    {
        await App.CacheAsync("book:1", "shelf:1", "shelf:2", "shelf:3", "city:bath", "height:20", "height:30", "titles:E", "titles:P");
        await using var db = App.Context();
        var book = await db.Books.SingleAsync();
        (book.ShelfId, book.Size.Height, book.Title) = (2, 30, "Persuasion");
        Assert.Equal(1, await db.SaveChangesAsync());
        await App.AssertEvictedAsync("book:1", "shelf:1", "shelf:2", "city:bath", "height:20", "height:30");
        await App.AssertCachedAsync("shelf:3");
        Assert.Equal(CacheLookupState.Stale, await App.StateAsync("titles:E"));
        Assert.Equal(CacheLookupState.Stale, await App.StateAsync("titles:P"));
        Assert.DoesNotContain(db.ChangeTracker.Entries(), entry => entry.Entity.GetType().Name == "OutboxEntity");
    }

    [Fact]
    public async Task SaveChanges_AddedEntityWithGeneratedKey_EvictsTagsOfTheKey()
    {
        await App.CacheAsync("book:2", "book:0", "shelf:2", "shelf:1");
        await using var db = App.Context();
        db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        Assert.Equal(1, await db.SaveChangesAsync());
        await App.AssertEvictedAsync("book:2", "shelf:2");
        await App.AssertCachedAsync("book:0", "shelf:1");
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
    }

    [Fact]
    public async Task SaveChanges_EntityThatRefersToAnAddedOne_EvictsTagsOfItsKey()
    {
        await App.CacheAsync("shelf:1", "shelf:4", "book:1");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).Shelf = new Shelf { Name = "four" };
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("shelf:1", "shelf:4", "book:1");
    }

    [Fact]
    public async Task SaveChanges_DeletedEntity_EvictsTagsOfOldValues()
    {
        await App.CacheAsync("book:1", "shelf:1", "shelf:2");
        await using var db = App.Context();
        var book = await db.Books.SingleAsync();
        book.ShelfId = 2;
        db.Books.Remove(book);
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1", "shelf:1");
    }

    [Fact]
    public async Task SaveChanges_ChangedOwnedReference_EvictsTagsOfTheOwner()
    {
        await App.CacheAsync("book:1", "city:bath", "city:york");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).Place!.City = "york";
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1", "city:bath", "city:york");
    }

    [Fact]
    public async Task SaveChanges_ReplacedOwnedReference_EvictsTagsOfBoth()
    {
        await App.CacheAsync("book:1", "city:bath", "city:york");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).Place = new Place { City = "york" };
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1", "city:bath", "city:york");
    }

    [Fact]
    public async Task SaveChanges_ChangedOwnedCollection_EvictsTagsOfTheOwner()
    {
        await App.CacheAsync("book:1");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).Notes[0].Text = "new";
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1");
        await App.CacheAsync("book:1");
        (await db.Books.SingleAsync()).Notes.Clear();
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1");
    }

    [Fact]
    public async Task SaveChanges_JoinOfManyToMany_EvictsTagsOfBothEnds()
    {
        await App.CacheAsync("book:1", "genre:1");
        await using var db = App.Context();
        var book = await db.Books.Include(b => b.Genres).SingleAsync();
        book.Genres.Add(await db.Genres.SingleAsync());
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1", "genre:1");

        await App.CacheAsync("book:1", "genre:1");
        book.Genres.Clear();
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("book:1", "genre:1");
    }

    [Fact]
    public async Task SaveChanges_DerivedEntity_EvictsTagsOfItsBaseTypesToo()
    {
        await App.CacheAsync("person:Jane", "pen:A Lady", "pen:None", "medium:Emma", "minutes:90", "minutes:91");
        await using var db = App.Context();
        var author = new Author { Name = "Jane", Pen = "A Lady" };
        var film = new Film { Name = "Emma", Minutes = 90 };
        db.AddRange(author, film);
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("person:Jane", "pen:A Lady", "medium:Emma", "minutes:90");
        await App.AssertCachedAsync("pen:None", "minutes:91");

        await App.CacheAsync("medium:Emma", "minutes:90");
        film.Minutes = 91;
        await db.SaveChangesAsync();
        await App.AssertEvictedAsync("medium:Emma", "minutes:90", "minutes:91");
    }

    [Fact]
    public async Task SaveChanges_Synchronous_EvictsBeforeItReturns()
    {
        await App.CacheAsync("book:1", "book:2", "shelf:3");
        await using var db = App.Context();
        db.Books.Single().ShelfId = 3;
        db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        Assert.Equal(2, db.SaveChanges());
        await App.AssertEvictedAsync("book:1", "book:2", "shelf:3");
    }

    [Fact]
    public async Task SaveChanges_EntityWithoutMapping_WritesNoRow()
    {
        await using var db = App.Context();
        var before = await Database.NumberAsync("SELECT COALESCE(MAX(id), 0) FROM redistagcache_outbox");
        (await db.Shelves.FirstAsync()).Name = "uno";
        Assert.Equal(1, await db.SaveChangesAsync());
        Assert.Equal(before, await Database.NumberAsync("SELECT COALESCE(MAX(id), 0) FROM redistagcache_outbox"));
    }

    [Fact]
    public async Task SaveChanges_AcceptingNothing_EvictsAndKeepsTheStates()
    {
        await App.CacheAsync("book:1", "book:2");
        await using var db = App.Context();
        (await db.Books.SingleAsync()).ShelfId = 2;
        var added = db.Books.Add(new Book { Title = "Persuasion", ShelfId = 2 });
        await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
        Assert.Equal(EntityState.Added, added.State);
        db.ChangeTracker.AcceptAllChanges();
        Assert.Equal(2, added.Entity.Id);
        await App.AssertEvictedAsync("book:1", "book:2");
        Assert.DoesNotContain(db.ChangeTracker.Entries(), entry => entry.Entity.GetType().Name == "OutboxEntity");
    }

    [Fact]
    public async Task Lookup_ComputedBeforeTheCommit_DoesNotBringTheOldValueBack()
    {
        using var before = await App.Store.GetAsync(App.Key("book:1"));
        await using var db = App.Context();
        (await db.Books.SingleAsync()).Title = "Persuasion";
        await db.SaveChangesAsync();
        var outcome = await App.Store.SetAsync(App.Key("book:1"), default, before.Version, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1), Tags = new[] { "book:1" } });
        Assert.Equal(CacheWriteOutcome.Rejected, outcome);
    }
}

public sealed class SqliteEntityTests(RedisFixture redis) : EntityContract(redis)
{
    protected override Task<TestDatabase> CreateDatabaseAsync() => Task.FromResult<TestDatabase>(new SqliteDatabase());
}

public sealed class PostgresEntityTests(RedisFixture redis, PostgresFixture postgres) : EntityContract(redis)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());
}
