using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Newsroom.Data.Seed;
using RedisTagCache.Outbox;

namespace Newsroom.Data;

public static class NewsroomDbSetup
{
    public static void AddNewsroomDb(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var connectionString = configuration.GetConnectionString("Newsroom") ?? $"Data Source={Path.Combine(environment.ContentRootPath, "newsroom.db")}";
        services.AddDbContextFactory<NewsroomDb>(o =>
        {
            o.UseSqlite(connectionString).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
            if (configuration.GetValue<bool>("Newsroom:CrashAfterCommit")) o.AddInterceptors(new CrashAfterCommit());
            o.UseRedisTagCache();
        });

        // Evicts what this or another instance has committed and not evicted.
        services.AddRedisTagCacheOutbox<NewsroomDb>();
    }

    /// <summary>Creates and fills the database if it does not exist yet.</summary>
    public static void CreateNewsroomDb(this IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<NewsroomDb>();

        // In this mode, readers of one instance do not wait for a writer of another.
        db.Database.OpenConnection();
        db.Database.ExecuteSqlRaw("PRAGMA journal_mode = wal");

        // SQLite acquires the write lock at once, so an instance that starts at the same moment waits here and then finds the finished database.
        using var transaction = db.Database.BeginTransaction();
        db.Database.EnsureCreated();
        CreateOutbox(db.Database);
        if (!db.Sections.Any())
        {
            var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime;

            // No page shows these articles yet, so a context that evicts nothing saves them.
            using var seed = new NewsroomDb(new DbContextOptionsBuilder<NewsroomDb>().UseSqlite(db.Database.GetDbConnection()).Options);
            seed.Database.UseTransaction(transaction.GetDbTransaction());
            seed.Articles.AddRange(Edition.Write(now));
            seed.SaveChanges();
        }

        transaction.Commit();
    }

    /// <summary>Adds the outbox to a database of an earlier version of the sample, which has no migrations.</summary>
    private static void CreateOutbox(DatabaseFacade database)
    {
        if (database.SqlQueryRaw<int>("SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = 'redistagcache_outbox'").Single() == 0)
            database.ExecuteSqlRaw(OutboxScript.CreateTable(OutboxDatabase.Sqlite));
    }
}
