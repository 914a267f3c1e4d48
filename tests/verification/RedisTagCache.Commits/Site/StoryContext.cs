using Microsoft.EntityFrameworkCore;

namespace RedisTagCache.Commits.Site;

/// <summary>The database of the site.</summary>
internal sealed class StoryContext(DbContextOptions<StoryContext> options) : DbContext(options)
{
    public DbSet<Story> Stories => Set<Story>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Story>().EvictsTags(static story => Story.Tag(story.Id));
}
