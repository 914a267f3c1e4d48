using Microsoft.EntityFrameworkCore;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

public sealed class Book
{
    public int Id { get; set; }

    public string Title { get; set; } = "";

    public int ShelfId { get; set; }

    public Shelf? Shelf { get; set; }

    public Place? Place { get; set; }

    public Size Size { get; set; } = new();

    public List<Note> Notes { get; } = [];

    public List<Genre> Genres { get; } = [];
}

public sealed class Shelf
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

/// <summary>An owned reference.</summary>
public sealed class Place
{
    public string City { get; set; } = "";
}

/// <summary>A complex property.</summary>
public sealed class Size
{
    public int Height { get; set; }
}

/// <summary>One of an owned collection.</summary>
public sealed class Note
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}

/// <summary>The other end of a many-to-many relationship.</summary>
public sealed class Genre
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public List<Book> Books { get; } = [];
}

/// <summary>The base of a hierarchy in one table.</summary>
public class Person
{
    public Guid Id { get; set; }

    public string Name { get; set; } = "";
}

public sealed class Author : Person
{
    public string Pen { get; set; } = "";
}

/// <summary>The base of a hierarchy with a table for each type.</summary>
public class Medium
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

public sealed class Film : Medium
{
    public int Minutes { get; set; }
}

public sealed class LibraryContext(DbContextOptions<LibraryContext> options) : DbContext(options)
{
    public DbSet<Book> Books => Set<Book>();

    public DbSet<Shelf> Shelves => Set<Shelf>();

    public DbSet<Genre> Genres => Set<Genre>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<Medium> Media => Set<Medium>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<Book>(book =>
        {
            book.OwnsOne(b => b.Place);
            book.ComplexProperty(b => b.Size);
            book.OwnsMany(b => b.Notes, note => note.HasKey(n => n.Id));
            book.HasMany(b => b.Genres).WithMany(g => g.Books);
            book.EvictsTags(b => $"book:{b.Id}", b => $"shelf:{b.ShelfId}", b => b.Place is { } place ? $"city:{place.City}" : null, b => $"height:{b.Size.Height}");
            book.ExpiresTags(b => $"titles:{b.Title[..1]}");
        });
        modelBuilder.Entity<Genre>().EvictsTags(g => $"genre:{g.Id}");
        modelBuilder.Entity<Person>().EvictsTags(p => $"person:{p.Name}");
        modelBuilder.Entity<Author>().EvictsTags(a => $"pen:{a.Pen}");
        modelBuilder.Entity<Medium>().UseTptMappingStrategy();
        modelBuilder.Entity<Medium>().EvictsTags(m => $"medium:{m.Name}");
        modelBuilder.Entity<Film>().EvictsTags(f => $"minutes:{f.Minutes}");
    }
}
