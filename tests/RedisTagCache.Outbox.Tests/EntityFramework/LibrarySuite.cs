using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>A suite with a library of two shelves and one book.</summary>
public abstract class LibrarySuite(RedisFixture redis) : OutboxSuite(redis)
{
    protected override async Task FillAsync()
    {
        await using var db = App.Context();
        db.Shelves.AddRange(new Shelf { Name = "one" }, new Shelf { Name = "two" });
        await db.SaveChangesAsync();
        db.Books.Add(new Book { Title = "Emma", ShelfId = 1 });
        await db.SaveChangesAsync();
        await Database.RunAsync("DELETE FROM redistagcache_outbox");
    }
}
