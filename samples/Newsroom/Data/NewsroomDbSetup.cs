using Microsoft.EntityFrameworkCore;
using Newsroom.Data.Seed;

namespace Newsroom.Data;

public static class NewsroomDbSetup
{
    public static void AddNewsroomDb(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var connectionString = configuration.GetConnectionString("Newsroom") ?? $"Data Source={Path.Combine(environment.ContentRootPath, "newsroom.db")}";
        services.AddDbContextFactory<NewsroomDb>(o => o.UseSqlite(connectionString).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
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
        if (!db.Sections.Any())
        {
            var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime;
            db.Articles.AddRange(Edition.Write(now));
            db.SaveChanges();
        }

        transaction.Commit();
    }
}
