using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisTagCache.Outbox;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>
/// What the outbox adds to a SaveChanges of one changed entity with one tag: a row, the eviction after the commit, and the deletion in the background. It takes turns with a SaveChanges alone, with
/// one that is followed by the same eviction, which is lost if the process ends in between, and with an outbox by hand: an application saves a row itself, evicts, and deletes the rows later.
/// </summary>
internal static class SaveStudy
{
    private const int Rounds = 15;
    private const int Saves = 200;

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync(isDurable: true);
        var file = Path.Combine(Path.GetTempPath(), $"rtc-saves-{Guid.NewGuid():N}.db");
        var table = new Table("database", "SaveChanges, us", "and EvictByTagAsync, us", "and a row by hand, us", "with the outbox, us", "by SaveChanges", "middle half", "by all by hand", "middle half");
        var figures = new Dictionary<string, double>();
        try
        {
            foreach (var (name, use) in new (string, Action<DbContextOptionsBuilder>)[]
            {
                ("SQLite", options => options.UseSqlite($"Data Source={file}")),
                ("PostgreSQL", options => options.UseNpgsql(postgres.ConnectionString("saves"))),
            })
            {
                var (alone, evicted, byHand, with) = await MeasureAsync(redis.ConnectionString, use, arguments.IsQuick ? 3 : Rounds);
                var (byAlone, byBoth) = (Ratio(with, alone), Ratio(with, byHand));
                table.Add(
                    name, Text.Number(Spread.Of(alone).Median), Text.Number(Spread.Of(evicted).Median), Text.Number(Spread.Of(byHand).Median), Text.Number(Spread.Of(with).Median),
                    Text.Number(byAlone.Median), Text.Range(byAlone), Text.Number(byBoth.Median), Text.Range(byBoth));
                (figures[name], figures[name + ", by hand"]) = (byAlone.Median, byBoth.Median);
            }
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            File.Delete(file);
        }

        return new StudyResult(table, figures);
    }

    private static async Task<(List<double> Alone, List<double> Evicted, List<double> ByHand, List<double> With)> MeasureAsync(string redis, Action<DbContextOptionsBuilder> use, int rounds)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRedisTagCache(options => options.Configuration = redis);
        builder.Services.AddDbContextFactory<PlainContext>(use);
        builder.Services.AddDbContextFactory<ByHandContext>(use);
        builder.Services.AddDbContextFactory<EvictingContext>(options =>
        {
            use(options);
            options.UseRedisTagCache();
        });
        builder.Services.AddRedisTagCacheOutbox<EvictingContext>();
        using var host = builder.Build();
        var evicting = host.Services.GetRequiredService<IDbContextFactory<EvictingContext>>();
        var plain = host.Services.GetRequiredService<IDbContextFactory<PlainContext>>();
        var handmade = host.Services.GetRequiredService<IDbContextFactory<ByHandContext>>();
        await using (var db = await evicting.CreateDbContextAsync())
            await db.Database.EnsureCreatedAsync();
        await using (var db = await plain.CreateDbContextAsync())
        {
            db.Add(new Note { Id = 1 });
            await db.SaveChangesAsync();
        }

        await using (var db = await handmade.CreateDbContextAsync())
            await db.Database.ExecuteSqlRawAsync(OutboxScript.CreateTable(db.Database.IsNpgsql() ? OutboxDatabase.PostgreSql : OutboxDatabase.Sqlite, ByHandContext.Table));

        await host.StartAsync();
        var store = host.Services.GetRequiredService<ITagCacheStore>();
        List<double> alone = [], evicted = [], byHand = [], with = [];
        for (var round = -1; round < rounds; round++)
        {
            var (one, two, three, four) = (await SaveAsync(plain, evictor: null), await SaveAsync(plain, store), await SaveAsync(handmade, store), await SaveAsync(evicting, evictor: null));
            await using (var db = await handmade.CreateDbContextAsync())
                await db.Set<Row>().ExecuteDeleteAsync();
            if (round < 0)
                continue; // compiled
            alone.Add(one);
            evicted.Add(two);
            byHand.Add(three);
            with.Add(four);
        }

        await host.StopAsync();
        return (alone, evicted, byHand, with);
    }

    private static Spread Ratio(List<double> times, List<double> others) => Spread.Of(times.Zip(others, static (one, other) => one / other));

    /// <summary>Returns the mean time of a save, in microseconds.</summary>
    private static async Task<double> SaveAsync<TContext>(IDbContextFactory<TContext> contexts, ITagCacheStore? evictor)
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
            if (db is ByHandContext)
                db.Add(new Row { Cache = "default", Action = 1, Tags = "[\"note:1\"]" });
            await db.SaveChangesAsync();
            if (evictor is not null)
                await evictor.EvictByTagAsync("note:1");
            ticks += Stopwatch.GetTimestamp() - started;
        }

        return Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds / Saves;
    }

    private sealed class Note
    {
        public int Id { get; set; }

        public string Text { get; set; } = "";
    }

    private sealed class Row
    {
        public long Id { get; set; }

        public string Cache { get; set; } = "";

        public long Action { get; set; }

        public string Tags { get; set; } = "";
    }

    private sealed class PlainContext(DbContextOptions<PlainContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>().ToTable("notes");
    }

    private sealed class ByHandContext(DbContextOptions<ByHandContext> options) : DbContext(options)
    {
        public const string Table = "by_hand";

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Note>().ToTable("notes");
            modelBuilder.Entity<Row>().ToTable(Table);
            foreach (var property in modelBuilder.Entity<Row>().Metadata.GetProperties())
                property.SetColumnName(property.Name.ToLowerInvariant());
        }
    }

    private sealed class EvictingContext(DbContextOptions<EvictingContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>().ToTable("notes").EvictsTags(static note => $"note:{note.Id}");
    }
}
