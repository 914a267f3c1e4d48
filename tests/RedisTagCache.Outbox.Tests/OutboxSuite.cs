using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests;

/// <summary>A suite with a database and applications that end with each test.</summary>
public abstract class OutboxSuite(RedisFixture redis) : IAsyncLifetime
{
    private readonly List<App> _apps = [];

    protected string Redis => redis.ConnectionString;

    /// <summary>Gets the key prefix of applications that share their entries.</summary>
    protected string Prefix { get; } = Guid.NewGuid().ToString("N");

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
    protected abstract Task FillAsync();

    /// <summary>Disposes an application at the end of the test.</summary>
    private protected async Task<App> KeepAsync(Task<App> creating)
    {
        var app = await creating;
        _apps.Add(app);
        return app;
    }
}
