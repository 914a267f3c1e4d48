using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Changes that Entity Framework or the database makes by itself, and the work for many entities. The background service does not run.</summary>
public sealed class CatalogTests(RedisFixture redis) : IAsyncLifetime
{
    private readonly SqliteDatabase _database = new();
    private App _app = null!;

    public async ValueTask InitializeAsync()
    {
        _app = App.Create(redis.ConnectionString, Guid.NewGuid().ToString("N"), null, services => services
            .AddDbContextFactory<CatalogContext>(options =>
            {
                _database.Use(options);
                options.UseRedisTagCache();
            })
            .AddRedisTagCacheOutbox<CatalogContext>());
        await using var db = Context();
        await db.Database.EnsureCreatedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(CascadeTiming.OnSaveChanges, CascadeTiming.OnSaveChanges)]
    [InlineData(CascadeTiming.OnSaveChanges, CascadeTiming.Immediate)]
    [InlineData(CascadeTiming.Immediate, CascadeTiming.OnSaveChanges)]
    public async Task SaveChanges_ThatCascades_EvictsTagsOfTheDependents(CascadeTiming cascade, CascadeTiming orphans)
    {
        await using var db = Context();
        db.Add(new Product { Id = new CountedKey(1), Offers = { new Offer { Id = 1 }, new Offer { Id = 2 } } });
        db.Add(new Product { Id = new CountedKey(2), Offers = { new Offer { Id = 3 } } });
        await db.SaveChangesAsync();
        await _app.CacheAsync("offer:1", "offer:2", "offer:3");
        (db.ChangeTracker.CascadeDeleteTiming, db.ChangeTracker.DeleteOrphansTiming) = (cascade, orphans);
        db.Remove(db.Set<Product>().Local.Single(product => product.Id.Value == 1));
        db.Set<Product>().Local.Single(product => product.Id.Value == 2).Offers.Clear();
        await db.SaveChangesAsync();
        Assert.Empty(await db.Set<Offer>().ToListAsync());
        await _app.AssertEvictedAsync("offer:1", "offer:2", "offer:3");
    }

    [Fact]
    public async Task SaveChanges_AddedEntityWithComputedColumns_EvictsTagsOfTheirValues()
    {
        await _app.CacheAsync("slug:emma", "slug:none", "city:bath", "city:none");
        await using var db = Context();
        db.Add(new Product { Id = new CountedKey(1), Name = "EMMA", Slug = "none", Origin = new Origin { City = "BATH", Lower = "none" } });
        await db.SaveChangesAsync();
        await _app.AssertEvictedAsync("slug:emma", "city:bath");
        await _app.AssertCachedAsync("slug:none", "city:none");
    }

    [Fact]
    public async Task SaveChanges_OfManyEntitiesWithOwnedReferences_ComparesKeysAFewTimesForEach()
    {
        const int Count = 400;
        await using var db = Context();
        for (var i = 1; i <= Count; i++)
            db.Add(new Product { Id = new CountedKey(i), Name = "a", Origin = new Origin { City = "a" } });
        await db.SaveChangesAsync();
        foreach (var product in db.Set<Product>().Local)
            product.Origin!.City = "b";
        CountedKey.Comparisons = 0;
        await db.SaveChangesAsync();
        Assert.InRange(CountedKey.Comparisons, 1, 100 * Count);
    }

    /// <summary>All types of a hierarchy have one key.</summary>
    [Fact]
    public async Task SaveChanges_OfWhatDerivedTypesOwn_EvictsTagsOfEachType()
    {
        await using var db = Context();
        db.Add(new Student { Id = 1, Home = new Home { City = "a" } });
        db.Add(new Teacher { Id = 2, Room = new Room { Number = 1 } });
        await db.SaveChangesAsync();
        await _app.CacheAsync("student:1", "teacher:2");
        db.Set<Student>().Local.Single().Home!.City = "b";
        db.Set<Teacher>().Local.Single().Room!.Number = 2;
        await db.SaveChangesAsync();
        await _app.AssertEvictedAsync("student:1", "teacher:2");
    }

    private CatalogContext Context() => _app.Services.GetRequiredService<IDbContextFactory<CatalogContext>>().CreateDbContext();
}

public sealed class CatalogContext(DbContextOptions<CatalogContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<Product>(product =>
        {
            product.Property(p => p.Id).HasConversion(key => key.Value, value => new CountedKey(value)).ValueGeneratedNever();
            product.Property(p => p.Slug).HasComputedColumnSql("lower(\"Name\")");
            product.OwnsOne(p => p.Origin, origin => origin.Property(o => o.Lower).HasComputedColumnSql("lower(\"Origin_City\")"));
            product.HasMany(p => p.Offers).WithOne().HasForeignKey("ProductId").IsRequired().OnDelete(DeleteBehavior.Cascade);
            product.EvictsTags(p => $"slug:{p.Slug}", p => p.Origin is { } origin ? $"city:{origin.Lower}" : null);
        });
        modelBuilder.Entity<Offer>().EvictsTags(o => $"offer:{o.Id}");
        modelBuilder.Entity<Member>();
        modelBuilder.Entity<Student>().OwnsOne(s => s.Home);
        modelBuilder.Entity<Student>().EvictsTags(s => $"student:{s.Id}");
        modelBuilder.Entity<Teacher>().OwnsOne(t => t.Room);
        modelBuilder.Entity<Teacher>().EvictsTags(t => $"teacher:{t.Id}");
    }
}

public sealed class Product
{
    public CountedKey Id { get; set; }

    public string Name { get; set; } = "";

    public string? Slug { get; set; }

    public Origin? Origin { get; set; }

    public List<Offer> Offers { get; } = [];
}

public sealed class Origin
{
    public string City { get; set; } = "";

    public string? Lower { get; set; }
}

public sealed class Offer
{
    public int Id { get; set; }
}

/// <summary>The base of a hierarchy whose types own different things.</summary>
public class Member
{
    public int Id { get; set; }
}

public sealed class Student : Member
{
    public Home? Home { get; set; }
}

public sealed class Teacher : Member
{
    public Room? Room { get; set; }
}

public sealed class Home
{
    public string City { get; set; } = "";
}

public sealed class Room
{
    public int Number { get; set; }
}

/// <summary>A key that counts how often it is compared.</summary>
public readonly struct CountedKey(int value) : IEquatable<CountedKey>
{
    private static long _comparisons;

    public static long Comparisons
    {
        get => Interlocked.Read(ref _comparisons);
        set => Interlocked.Exchange(ref _comparisons, value);
    }

    public int Value => value;

    public static bool operator ==(CountedKey left, CountedKey right) => left.Equals(right);

    public static bool operator !=(CountedKey left, CountedKey right) => !left.Equals(right);

    public bool Equals(CountedKey other)
    {
        Interlocked.Increment(ref _comparisons);
        return value == other.Value;
    }

    public override bool Equals(object? obj) => obj is CountedKey other && Equals(other);

    public override int GetHashCode() => value;
}
