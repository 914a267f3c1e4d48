using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.Outbox;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Provides extension methods that map entities to tags.</summary>
public static class RedisTagCacheEntityTypeBuilderExtensions
{
    /// <summary>
    /// Maps an entity to tags that are evicted when a transaction commits that has added, changed or deleted it. Of a changed entity, the tags of its old and of its new values are evicted.
    /// </summary>
    /// <typeparam name="TEntity">The type of the entity. The mapping also applies to derived types.</typeparam>
    /// <param name="builder">The builder of the entity type.</param>
    /// <param name="tags">
    /// Make a tag each. They get a copy of the entity, with its properties, complex properties and owned references. Other navigations are <see langword="null"/> or empty. For a result that is null or empty, nothing is evicted.
    /// </param>
    /// <returns>The same builder.</returns>
    public static EntityTypeBuilder<TEntity> EvictsTags<TEntity>(this EntityTypeBuilder<TEntity> builder, params Func<TEntity, string?>[] tags)
        where TEntity : class => Add(builder, OutboxAction.Evict, tags);

    /// <summary>
    /// Maps an entity to tags that are expired when a transaction commits that has added, changed or deleted it. Of a changed entity, the tags of its old and of its new values are expired.
    /// </summary>
    /// <typeparam name="TEntity">The type of the entity. The mapping also applies to derived types.</typeparam>
    /// <param name="builder">The builder of the entity type.</param>
    /// <param name="tags">
    /// Make a tag each. They get a copy of the entity, with its properties, complex properties and owned references. Other navigations are <see langword="null"/> or empty. For a result that is null or empty, nothing is expired.
    /// </param>
    /// <returns>The same builder.</returns>
    public static EntityTypeBuilder<TEntity> ExpiresTags<TEntity>(this EntityTypeBuilder<TEntity> builder, params Func<TEntity, string?>[] tags)
        where TEntity : class => Add(builder, OutboxAction.Expire, tags);

    private static EntityTypeBuilder<TEntity> Add<TEntity>(EntityTypeBuilder<TEntity> builder, OutboxAction action, Func<TEntity, string?>[] tags)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(tags);
        var rules = builder.Metadata.FindAnnotation(TagMapping.Annotation)?.Value as List<TagRule> ?? [];
        rules.AddRange(tags.Select(tag => new TagRule(action, entity => tag((TEntity)entity))));
        builder.Metadata.SetAnnotation(TagMapping.Annotation, rules);
        return builder;
    }
}
