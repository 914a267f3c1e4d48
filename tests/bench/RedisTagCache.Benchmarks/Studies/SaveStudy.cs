using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>What the outbox adds to a SaveChanges of one changed entity with one tag: a row, the eviction after the commit, and the deletion in the background. Both contexts take turns.</summary>
internal static class SaveStudy
{
    private const int Rounds = 15;
    private const int Saves = 200;

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        var file = Path.Combine(Path.GetTempPath(), $"rtc-saves-{Guid.NewGuid():N}.db");
        var table = new Table("database", "SaveChanges without, us", "with, us", "time by that without", "middle half");
        var figures = new Dictionary<string, double>();
        try
        {
            foreach (var (name, use) in new (string, Action<DbContextOptionsBuilder>)[]
            {
                ("SQLite", options => options.UseSqlite($"Data Source={file}")),
                ("PostgreSQL", options => options.UseNpgsql(postgres.ConnectionString("saves"))),
            })
            {
                var (without, with) = await MeasureAsync(redis.ConnectionString, use, arguments.IsQuick ? 3 : Rounds);
                var ratio = Spread.Of(with.Zip(without, static (one, other) => one / other));
                table.Add(name, Text.Number(Spread.Of(without).Median), Text.Number(Spread.Of(with).Median), Text.Number(ratio.Median), Text.Range(ratio));
                figures[name] = ratio.Median;
            }
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            File.Delete(file);
        }

        return new StudyResult(table, figures);
    }

    private static async Task<(List<double> Without, List<double> With)> MeasureAsync(string redis, Action<DbContextOptionsBuilder> use, int rounds)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRedisTagCache(options => options.Configuration = redis);
        builder.Services.AddDbContextFactory<PlainContext>(use);
        builder.Services.AddDbContextFactory<EvictingContext>(options =>
        {
            use(options);
            options.UseRedisTagCache();
        });
        builder.Services.AddRedisTagCacheOutbox<EvictingContext>();
        using var host = builder.Build();
        var evicting = host.Services.GetRequiredService<IDbContextFactory<EvictingContext>>();
        var plain = host.Services.GetRequiredService<IDbContextFactory<PlainContext>>();
        await using (var db = await evicting.CreateDbContextAsync())
            await db.Database.EnsureCreatedAsync();
        await using (var db = await plain.CreateDbContextAsync())
        {
            db.Add(new Note { Id = 1 });
            await db.SaveChangesAsync();
        }

        await host.StartAsync();
        List<double> without = [], with = [];
        for (var round = -1; round < rounds; round++)
        {
            var (one, other) = (await SaveAsync(plain), await SaveAsync(evicting));
            if (round < 0)
                continue; // compiled
            without.Add(one);
            with.Add(other);
        }

        await host.StopAsync();
        return (without, with);
    }

    /// <summary>Returns the mean time of a save, in microseconds.</summary>
    private static async Task<double> SaveAsync<TContext>(IDbContextFactory<TContext> contexts)
        where TContext : DbContext
    {
        var ticks = 0L;
        for (var i = 0; i < Saves; i++)
        {
            await using var db = await contexts.CreateDbContextAsync();
            var note = new Note { Id = 1 };
            db.Attach(note);
            note.Text = Guid.NewGuid().ToString();
            var started = Stopwatch.GetTimestamp();
            await db.SaveChangesAsync();
            ticks += Stopwatch.GetTimestamp() - started;
        }

        return Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds / Saves;
    }

    private sealed class Note
    {
        public int Id { get; set; }

        public string Text { get; set; } = "";
    }

    private sealed class PlainContext(DbContextOptions<PlainContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>().ToTable("notes");
    }

    private sealed class EvictingContext(DbContextOptions<EvictingContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>().ToTable("notes").EvictsTags(static note => $"note:{note.Id}");
    }
}
