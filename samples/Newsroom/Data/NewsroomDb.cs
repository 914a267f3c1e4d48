using Microsoft.EntityFrameworkCore;
using Newsroom.Caching;

namespace Newsroom.Data;

public sealed class NewsroomDb(DbContextOptions<NewsroomDb> options) : DbContext(options)
{
    public DbSet<Article> Articles => Set<Article>();

    public DbSet<Author> Authors => Set<Author>();

    public DbSet<Section> Sections => Set<Section>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Section>().HasIndex(s => s.Slug).IsUnique();

        modelBuilder.Entity<Article>(article =>
        {
            // Pages and data with these tags are evicted when a change of the article commits. If it moves to another section, both sections are evicted.
            article.EvictsTags(a => CacheTags.Article(a.Id), a => CacheTags.Section(a.SectionId), a => CacheTags.Author(a.AuthorId), _ => CacheTags.Front);

            article.HasIndex(a => a.PublishedAt);
            article.HasIndex(a => new { a.SectionId, a.PublishedAt });
            article.HasIndex(a => new { a.AuthorId, a.PublishedAt });

            // SQLite stores times without their kind, so without this conversion they would be read as local times.
            article.Property(a => a.PublishedAt).HasConversion(t => t, t => DateTime.SpecifyKind(t, DateTimeKind.Utc));
            article.Property(a => a.EditedAt).HasConversion(t => t, t => t == null ? null : DateTime.SpecifyKind(t.Value, DateTimeKind.Utc));
        });
    }
}
