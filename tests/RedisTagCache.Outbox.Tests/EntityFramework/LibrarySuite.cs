using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>A suite with a database and applications that end with each test.</summary>
public abstract class LibrarySuite(RedisFixture redis) : IAsyncLifetime
{
    private readonly List<App> _apps = [];

    protected string Redis => redis.ConnectionString;

    protected TestDatabase Database { get; private set; } = null!;

    protected App App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await CreateDatabaseAsync();
        App = await CreateFirstAsync();
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var app in _apps)
            await app.DisposeAsync();
        if (Database is not null)
            await Database.DisposeAsync();
    }

    protected abstract Task<TestDatabase> CreateDatabaseAsync();

    /// <summary>Creates the application that creates the tables.</summary>
    private protected abstract Task<App> CreateFirstAsync();

    /// <summary>Adds the data that each test begins with.</summary>
    protected virtual async Task FillAsync()
    {
        await using var db = App.Context();
        db.Shelves.AddRange(new Shelf { Name = "one" }, new Shelf { Name = "two" });
        await db.SaveChangesAsync();
        db.Books.Add(new Book { Title = "Emma", ShelfId = 1 });
        await db.SaveChangesAsync();
        await Database.RunAsync("DELETE FROM redistagcache_outbox");
    }

    /// <summary>Disposes an application at the end of the test.</summary>
    private protected async Task<App> KeepAsync(Task<App> creating)
    {
        var app = await creating;
        _apps.Add(app);
        return app;
    }
}
