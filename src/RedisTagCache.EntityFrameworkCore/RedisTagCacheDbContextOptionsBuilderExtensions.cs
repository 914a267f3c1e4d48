using Microsoft.EntityFrameworkCore.Infrastructure;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.EntityFrameworkCore;
using RedisTagCache.EntityFrameworkCore.Saving;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.Storage.Dialects;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Provides extension methods that connect a context to a cache.</summary>
public static class RedisTagCacheDbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Evicts the tags of changed entities when their transaction commits. Map the tags with <c>EvictsTags</c> in the model, and register the outbox with <c>AddRedisTagCacheOutbox</c> for the context. Call this method after
    /// <c>AddInterceptors</c>, so that changes by other interceptors count too.
    /// </summary>
    /// <param name="builder">The options of the context.</param>
    /// <param name="cacheName">The name of the cache. The default is the cache without a name.</param>
    /// <param name="table">
    /// The name of the outbox table in the model, optionally after its schema and a period. Each part must be 1 to 63 ASCII letters, digits and underscores. The default is <c>redistagcache_outbox</c>.
    /// </param>
    /// <param name="createTable">
    /// Whether migrations and <c>EnsureCreated</c> create the table. The default is <see langword="true"/>. Use <see langword="false"/> if another context or a script creates it.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="table"/> or <paramref name="cacheName"/> is not valid.</exception>
    public static DbContextOptionsBuilder UseRedisTagCache(
        this DbContextOptionsBuilder builder, string? cacheName = null, string table = OutboxScript.DefaultTable, bool createTable = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!TableName.TryParse(table, out var name))
            throw new ArgumentException($"The table must be {TableName.Form}, but was '{table}'.", nameof(table));
        ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(new OutboxOptionsExtension(CacheNames.Parse(cacheName), name, createTable));
        return builder.AddInterceptors(SaveInterceptor.Instance, TransactionInterceptor.Instance, CommandInterceptor.Instance);
    }

    /// <summary>
    /// Evicts the tags of changed entities when their transaction commits. Map the tags with <c>EvictsTags</c> in the model, and register the outbox with <c>AddRedisTagCacheOutbox</c> for the context. Call this method after
    /// <c>AddInterceptors</c>, so that changes by other interceptors count too.
    /// </summary>
    /// <typeparam name="TContext">The type of the context.</typeparam>
    /// <param name="builder">The options of the context.</param>
    /// <param name="cacheName">The name of the cache. The default is the cache without a name.</param>
    /// <param name="table">
    /// The name of the outbox table in the model, optionally after its schema and a period. Each part must be 1 to 63 ASCII letters, digits and underscores. The default is <c>redistagcache_outbox</c>.
    /// </param>
    /// <param name="createTable">
    /// Whether migrations and <c>EnsureCreated</c> create the table. The default is <see langword="true"/>. Use <see langword="false"/> if another context or a script creates it.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="table"/> or <paramref name="cacheName"/> is not valid.</exception>
    public static DbContextOptionsBuilder<TContext> UseRedisTagCache<TContext>(
        this DbContextOptionsBuilder<TContext> builder, string? cacheName = null, string table = OutboxScript.DefaultTable, bool createTable = true)
        where TContext : DbContext
    {
        ((DbContextOptionsBuilder)builder).UseRedisTagCache(cacheName, table, createTable);
        return builder;
    }
}
