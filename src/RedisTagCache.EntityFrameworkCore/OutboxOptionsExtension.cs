using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.EntityFrameworkCore.Saving;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore;

/// <summary>What UseRedisTagCache adds to the options of a context.</summary>
/// <param name="cacheName">The name of the cache. Empty for the unnamed one.</param>
/// <param name="table">The name of the table.</param>
/// <param name="createTable">Whether migrations create the table.</param>
internal sealed class OutboxOptionsExtension(string cacheName, TableName table, bool createTable) : IDbContextOptionsExtension
{
    private ExtensionInfo? _info;

    /// <summary>Gets the name of the cache. Empty for the unnamed one.</summary>
    public string CacheName => cacheName;

    /// <summary>Gets the name of the table.</summary>
    public TableName Table => table;

    /// <summary>Gets whether migrations create the table.</summary>
    public bool CreateTable => createTable;

    public DbContextOptionsExtensionInfo Info => _info ??= new ExtensionInfo(this);

    public void ApplyServices(IServiceCollection services)
    {
        services.AddScoped<IConventionSetPlugin, OutboxConventions>();
        services.AddScoped<ContextOutbox>();
        services.AddScoped<IInterceptor, SaveCompletionInterceptor>();
        services.AddScoped<IResettableService>(static provider => provider.GetRequiredService<ContextOutbox>());
    }

    public void Validate(IDbContextOptions options)
    {
    }

    /// <summary>The model depends on the table, so that contexts with other tables have other services.</summary>
    private sealed class ExtensionInfo(OutboxOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using RedisTagCache ";

        public override int GetServiceProviderHashCode() => HashCode.Combine(extension.Table, extension.CreateTable);

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) =>
            other is ExtensionInfo { Extension: OutboxOptionsExtension with } && with.Table == extension.Table && with.CreateTable == extension.CreateTable;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["RedisTagCache:Table"] = extension.Table.ToString();
    }
}
