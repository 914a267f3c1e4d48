using System.Data.Common;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Health;
using RedisTagCache.Outbox.Diagnostics;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Health;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.DependencyInjection;

/// <summary>What the outbox of a cache consists of.</summary>
internal static class OutboxComposition
{
    /// <summary>Registers the outbox of a cache, or adds options to one that was registered.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the cache. Empty for the unnamed one.</param>
    /// <param name="configure">Sets options.</param>
    public static void Add(IServiceCollection services, string name, Action<RedisTagCacheOutboxOptions>? configure)
    {
        var isFirst = !services.Any(service => service.ServiceType == typeof(OutboxDispatcher) && (string?)service.ServiceKey == (name.Length == 0 ? null : name));
        var options = services.AddOptions<RedisTagCacheOutboxOptions>(name).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagCacheOutboxOptions>, ValidateOutboxOptions>());
        if (!isFirst)
            return;
        RegisteredCaches.Of(services).References.Add((name, "The outbox"));
        CacheParts.Add<IOutboxConnections>(services, name, static cache => new DataSourceConnections(OptionsOf(cache), cache.Shared.GetService<DbDataSource>()));
        AddParts(services, name);
        services.AddSingleton<IHostedService>(provider => new OutboxHost(() => new CacheParts(provider, name).Get<OutboxDispatcher>()));
    }

    /// <summary>Registers the outbox of a cache whose connections are those of a database context.</summary>
    /// <exception cref="InvalidOperationException">The outbox is in the database of another context.</exception>
    public static void Add(IServiceCollection services, string name, Action<RedisTagCacheOutboxOptions>? configure, Type context, Func<CacheParts, IOutboxConnections> connections)
    {
        var known = services.Select(static service => service.ImplementationInstance as OutboxContext).FirstOrDefault(one => one?.Name == name)?.Context;
        if (known is not null && known != context)
        {
            throw new InvalidOperationException(
                $"The outbox of the cache '{CacheNames.Shown(name)}' is in the database of {known.Name}, and cannot be in that of {context.Name} too. Use a named cache for one of them, or one table for both.");
        }

        if (known is null)
        {
            services.AddSingleton(new OutboxContext(name, context));
            foreach (var other in services.Where(service => service.ServiceType == typeof(IOutboxConnections) && (string?)service.ServiceKey == (name.Length == 0 ? null : name)).ToArray())
                services.Remove(other); // whichever was registered first
            CacheParts.Add(services, name, connections);
        }

        Add(services, name, configure);
    }

    private static void AddParts(IServiceCollection services, string name)
    {
        CacheParts.Add(services, name, static cache => new OutboxMeter(cache.GetShared<IMeterFactory>(), CacheNames.Shown(cache.Name)));
        CacheParts.Add(services, name, static cache => new OutboxTable(cache.Get<IOutboxConnections>(), CacheNames.Shown(cache.Name), OptionsOf(cache).Database));
        CacheParts.Add(services, name, static cache => new OutboxEvictor(cache.Get<ITagCacheStore>(), cache.Options.Enabled, cache.Options.OperationTimeout, Time(cache)));
        CacheParts.Add(services, name, static _ => new ConfirmedRows());
        CacheParts.Add(services, name, static cache => new CommitDelivery(
            cache.Get<OutboxEvictor>(), cache.Get<OutboxTable>(), cache.Get<ConfirmedRows>(), cache.Get<OutboxMeter>(), Time(cache), cache.GetShared<ILogger<CommitDelivery>>()));
        CacheParts.Add(services, name, static cache => new OutboxDispatcher(
            cache.Get<OutboxTable>(), cache.Get<OutboxEvictor>(), cache.Get<ConfirmedRows>(), OptionsOf(cache), cache.Get<OutboxMeter>(), Time(cache), cache.GetShared<ILogger<OutboxDispatcher>>()));
        CacheParts.Add<IOutboxReport>(services, name, static cache => new OutboxReport(cache.Get<OutboxTable>(), cache.Options.Enabled, OptionsOf(cache).MaxAge));
        CacheParts.Add(services, name, static cache => new TagCacheOutbox(
            new OutboxWriter(CacheNames.Shown(cache.Name), OptionsOf(cache).Database), cache.Get<OutboxTable>(), cache.Get<CommitDelivery>(), OptionsOf(cache)));
        CacheParts.Add<ITagCacheOutbox>(services, name, static cache => cache.Get<TagCacheOutbox>());
    }

    /// <summary>Returns the health check of an outbox.</summary>
    public static OutboxHealthCheck HealthCheckOf(CacheParts cache) => new(cache.Get<ITagCacheOutbox>(), cache.Options.Enabled, OptionsOf(cache).MaxAge);

    /// <summary>Returns the options of an outbox.</summary>
    public static RedisTagCacheOutboxOptions OptionsOf(CacheParts cache) => cache.GetShared<IOptionsMonitor<RedisTagCacheOutboxOptions>>().Get(cache.Name);

    /// <summary>The clock of timeouts.</summary>
    private static TimeProvider Time(CacheParts cache) => cache.GetShared<TimeProvider>() is var time && time is ISteadyTime { Steady: var steady } ? steady : time;
}

/// <summary>Says which database context has the outbox of a cache.</summary>
/// <param name="Name">The name of the cache.</param>
/// <param name="Context">The context.</param>
internal sealed record OutboxContext(string Name, Type Context);
