using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.Outbox.Tests.EntityFramework;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.Registration;

/// <summary>Registration, options, the health check, metrics, and the script of the table.</summary>
public sealed partial class OutboxRegistrationTests(RedisFixture redis) : IAsyncDisposable
{
    private readonly SqliteDatabase _database = new();
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(nameof(RedisTagCacheOutboxOptions.PollInterval), "00:00:00.0990000")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.BatchSize), "1001")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.MaxAge), "00:00:04")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.RepeatAfter), "01:00:01")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.SetAsideRetention), "00:00:59")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.Database), "9")]
    [InlineData(nameof(RedisTagCacheOutboxOptions.Table), "a;b")]
    public async Task Option_OutOfRange_StopsTheHostAndIsNamed(string option, string value)
    {
        await using var app = await App.ForSqlAsync(_database, redis.ConnectionString, _prefix, Set, createTable: false);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(app.StartAsync);
        Assert.Contains($"RedisTagCacheOutboxOptions.{option} must be ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"but was '{value}'", error.Message, StringComparison.Ordinal);

        void Set(RedisTagCacheOutboxOptions options)
        {
            var property = typeof(RedisTagCacheOutboxOptions).GetProperty(option)!;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(options, type == typeof(TimeSpan) ? TimeSpan.Parse(value, CultureInfo.InvariantCulture)
                : type.IsEnum ? Enum.Parse(type, value)
                : Convert.ChangeType(value, type, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Outbox_OfACacheThatIsNotRegistered_StopsTheHost()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, services => services.AddRedisTagCacheOutbox("other", options => options.DataSource = _database.DataSource));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(app.StartAsync);
        Assert.Contains("The outbox names the cache 'other', which is not registered.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outbox_OfAContext_CountsWhateverWasRegisteredFirst_AndIsOfOneContext()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, services =>
        {
            services.AddRedisTagCacheOutbox(static options => options.BatchSize = 7);
            services.AddDbContextFactory<LibraryContext>(options =>
            {
                _database.Use(options);
                options.UseRedisTagCache();
            });
            services.AddRedisTagCacheOutbox<LibraryContext>();
            services.AddRedisTagCacheOutbox<LibraryContext>(static options => options.PollInterval = TimeSpan.FromSeconds(3));
            var error = Assert.Throws<InvalidOperationException>(() => services.AddRedisTagCacheOutbox<DbContext>());
            Assert.Contains("'default' is in the database of LibraryContext, and cannot be in that of DbContext too", error.Message, StringComparison.Ordinal);
            services.AddRedisTagCacheOutbox<DbContext>(cacheName: "catalog");
        });
        Assert.NotNull(app.Outbox);
    }

    [Fact]
    public async Task Outbox_WithoutADataSource_NamesTheOption()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, static services => services.AddRedisTagCacheOutbox());
        var error = Assert.Throws<InvalidOperationException>(() => app.Outbox);
        Assert.Contains("RedisTagCacheOutboxOptions.DataSource must be set", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_WithoutAnOutbox_SaysWhatToCall()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, services => services.AddDbContextFactory<LibraryContext>(options =>
        {
            _database.Use(options);
            options.UseRedisTagCache();
        }));
        await using var db = app.Context();
        await db.Database.EnsureCreatedAsync();
        db.Shelves.Add(new Shelf());
        await db.SaveChangesAsync(); // not mapped
        db.People.Add(new Person { Name = "Jane" });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
        Assert.Contains("AddRedisTagCacheOutbox<LibraryContext>()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamedCache_WithItsOutbox_EvictsThereOnly()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, services =>
        {
            services.AddRedisTagCache("second", options =>
            {
                options.Configuration = redis.ConnectionString;
                options.KeyPrefix = _prefix + ".second";
                SharedServers.Apply(options, redis.ConnectionString);
            });
            services.AddRedisTagCacheOutbox(options => options.DataSource = _database.DataSource);
            services.AddRedisTagCacheOutbox("second", options => options.DataSource = _database.DataSource);
        });
        await _database.RunAsync(OutboxScript.CreateTable(OutboxDatabase.Sqlite));
        await app.CacheAsync("tag");
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var outbox = app.Services.GetRequiredKeyedService<ITagCacheOutbox>("second");
        await outbox.EnqueueAsync(transaction, ["tag"]);
        await transaction.CommitAsync();
        Assert.Equal(0, (await app.Outbox.GetStatusAsync()).Pending);
        Assert.Equal(1, (await outbox.GetStatusAsync()).Pending);
        await app.StartAsync();
        await Eventually.BecomesTrueAsync(async () => (await outbox.GetStatusAsync()).Pending == 0, "it is dispatched");
        await app.AssertCachedAsync("tag");
    }

    [Fact]
    public async Task HealthCheck_OfOldAndRejectedRows_IsDegraded()
    {
        await using var app = App.Create(redis.ConnectionString, _prefix, null, services =>
        {
            services.AddRedisTagCacheOutbox(options => options.DataSource = _database.DataSource);
            services.AddHealthChecks().AddRedisTagCacheOutbox();
        });
        var health = app.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync()).Status);
        await _database.RunAsync(OutboxScript.CreateTable(OutboxDatabase.Sqlite));
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        await _database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, error) VALUES ('default', 0, 'x', 'rejected')");
        var report = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal(1L, report.Entries["redistagcache_outbox"].Data["set_aside"]);
        await _database.RunAsync("DELETE FROM redistagcache_outbox");
        await _database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, pending_since) VALUES ('default', 0, 'x', 0)");
        Assert.Contains("The oldest of 1 evictions has waited", (await health.CheckHealthAsync()).Entries["redistagcache_outbox"].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instruments_OfAnOutbox_AllMove()
    {
        var seen = new ConcurrentDictionary<string, double>();
        await using var server = await RedisServer.StartAsync();
        await using var app = await App.ForSqlAsync(_database, server.ConnectionString, _prefix, cache: static options => options.OperationTimeout = TimeSpan.FromSeconds(1));
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) => { if (instrument.Meter.Name == RedisTagCacheOutboxDiagnostics.MeterName) listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();

        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                await app.Outbox.EnqueueAsync(transaction, ["first"]);
                await app.Outbox.CommitAsync(transaction);
            }

            server.Kill();
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                await app.Outbox.EnqueueAsync(transaction, ["second"]);
                await app.Outbox.CommitAsync(transaction);
            }
        }

        await _database.RunAsync("INSERT INTO redistagcache_outbox (cache, action, tags, error) VALUES ('default', 0, 'x', 'rejected')");
        await _database.MakeDueAsync();
        await app.StartAsync();
        await Eventually.BecomesTrueAsync(() => { listener.RecordObservableInstruments(); return Has("failed dispatcher") && Has("pending") && Has("oldest.age") && Has("set_aside"); }, "it fails in the background", TimeSpan.FromSeconds(40));
        await server.RestartAsync();
        await Eventually.BecomesTrueAsync(() => Has("dispatched dispatcher"), "it succeeds in the background", TimeSpan.FromSeconds(40));
        Assert.True(Has("dispatched commit"));
        Assert.True(Has("failed commit"));

        bool Has(string name) => seen.GetValueOrDefault(name) > 0;

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var origin = "";
            var cache = false;
            foreach (var tag in tags)
            {
                origin = tag.Key == RedisTagCacheOutboxDiagnostics.OriginDimension ? " " + tag.Value : origin;
                cache |= tag is { Key: RedisTagCacheDiagnostics.CacheNameDimension, Value: RedisTagCacheDiagnostics.DefaultCacheName };
            }

            Assert.True(cache);
            seen.AddOrUpdate(instrument.Name["redistagcache.outbox.".Length..] + origin, value, (_, before) => Math.Max(before, value));
        }
    }

    [Fact]
    public async Task Table_OfTheModelAndOfTheScript_HaveTheSameColumns()
    {
        await using var app = await App.ForContextAsync(_database, redis.ConnectionString, _prefix);
        await _database.RunAsync(OutboxScript.CreateTable(OutboxDatabase.Sqlite, "by_script"));
        foreach (var column in new[] { "name", "type", "\"notnull\"", "dflt_value", "pk" })
            Assert.Equal(await ColumnsAsync("by_script", column), await ColumnsAsync("redistagcache_outbox", column));
    }

    [Fact]
    public void Script_OfThePage_IsThatOfTheLibrary()
    {
        var page = File.ReadAllText(Repository.Folder("docs", "transactional-evictions.md"));
        Assert.Equal(Sql().Match(page).Groups[1].Value, OutboxScript.CreateTable(OutboxDatabase.PostgreSql));
        Assert.Throws<ArgumentOutOfRangeException>(() => OutboxScript.CreateTable(OutboxDatabase.Auto));
        Assert.Throws<ArgumentException>(() => OutboxScript.CreateTable(OutboxDatabase.Sqlite, "a b"));
        Assert.Contains("[news].[outbox]", OutboxScript.CreateTable(OutboxDatabase.SqlServer, "news.outbox"), StringComparison.Ordinal);
        Assert.Contains("`outbox`", OutboxScript.CreateTable(OutboxDatabase.MySql, "outbox"), StringComparison.Ordinal);
    }

    private async Task<string> ColumnsAsync(string table, string column)
    {
        await using var command = _database.DataSource.CreateCommand($"SELECT group_concat(coalesce({column}, '-'), '|') FROM (SELECT * FROM pragma_table_info('{table}') ORDER BY name)");
        return ((string)(await command.ExecuteScalarAsync())!).Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);
    }

    [GeneratedRegex("```sql\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Sql();
}
