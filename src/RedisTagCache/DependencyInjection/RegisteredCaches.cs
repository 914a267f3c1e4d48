using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.DependencyInjection.Configuration;

namespace RedisTagCache.DependencyInjection;

/// <summary>The caches of an application, and which of the application's services they are.</summary>
internal sealed class RegisteredCaches
{
    private readonly IServiceCollection _services;
    private readonly List<string> _names = [];
    private readonly Dictionary<ServiceDescriptor, string> _interfaces = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Type, string> _replaced = [];

    private RegisteredCaches(IServiceCollection services) => _services = services;

    /// <summary>Gets the names, the unnamed cache's being empty.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the unnamed cache, or the one that was added first if there is none. Nothing without a cache.</summary>
    public string? First => _names.Contains("", StringComparer.Ordinal) ? "" : _names.FirstOrDefault();

    /// <summary>Gets the services without a key that a cache has replaced.</summary>
    public IReadOnlyDictionary<Type, string> Replaced => _replaced;

    /// <summary>Gets the services that two caches replace, which contradicts.</summary>
    public List<(Type Type, string First, string Second)> ReplacedTwice { get; } = [];

    /// <summary>Gets the names of caches that other registrations name, each with what names it.</summary>
    public List<(string Name, string By)> References { get; } = [];

    /// <summary>Gets or sets the name of the cache that has the pages. Nothing if none has.</summary>
    public string? Pages { get; set; }

    /// <summary>Gets the caches of a service collection.</summary>
    public static RegisteredCaches Of(IServiceCollection services)
    {
        var known = services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(RegisteredCaches))?.ImplementationInstance;
        if (known is RegisteredCaches caches)
            return caches;
        caches = new RegisteredCaches(services);
        services.AddSingleton(caches);
        AddShared(services);
        return caches;
    }

    /// <summary>Adds a cache, or options to one that was added.</summary>
    public static RegisteredCaches Add(IServiceCollection services, string name, Action<RedisTagCacheOptions>? configure)
    {
        var caches = Of(services);
        if (!caches._names.Contains(name, StringComparer.Ordinal))
            caches._names.Add(name);
        var options = services.AddOptions<RedisTagCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        CacheComposition.Add(services, name);
        return caches;
    }

    /// <summary>Makes a cache the application's implementation of an interface, unless there is one.</summary>
    /// <returns>Whether a cache is the implementation.</returns>
    public bool Offer<T>(string name, Func<CacheParts, T> create)
        where T : class
    {
        if (Registered(typeof(T)) is { } registered)
            return _interfaces.ContainsKey(registered);
        Register(name, create);
        return true;
    }

    /// <summary>Makes a cache the application's implementation of interfaces, in place of all others.</summary>
    public void Replace(string name, CacheServices replaced)
    {
        if (replaced.HasFlag(CacheServices.HybridCache))
            Replace(name, CacheInterfaces.Hybrid);
        if (!replaced.HasFlag(CacheServices.DistributedCache))
            return;
        Replace<IDistributedCache>(name, CacheInterfaces.Distributed);
        Replace<IBufferDistributedCache>(name, CacheInterfaces.Distributed);
    }

    private void Replace<T>(string name, Func<CacheParts, T> create)
        where T : class
    {
        if (_replaced.TryGetValue(typeof(T), out var other) && other != name)
            ReplacedTwice.Add((typeof(T), other, name));
        _services.RemoveAll<T>();
        _replaced[typeof(T)] = name;
        Register(name, create);
    }

    /// <summary>Gets what implements an interface: the name of a cache, or a description of another implementation. Nothing if there is none.</summary>
    public (string? Cache, string? Other) ImplementationOf(Type type)
    {
        if (Registered(type) is not { } registered)
            return (null, null);
        return _interfaces.TryGetValue(registered, out var name)
            ? (name, null)
            : (null, TypeOf(type)?.Name ?? "another implementation");
    }

    /// <summary>Gets the type that implements an interface. Nothing if there is none, or if a factory creates it.</summary>
    public Type? TypeOf(Type type) => Registered(type) is { } registered ? registered.ImplementationType ?? registered.ImplementationInstance?.GetType() : null;

    private void Register<T>(string name, Func<CacheParts, T> create)
        where T : class
    {
        var descriptor = ServiceDescriptor.Singleton<T>(provider => create(new CacheParts(provider, name)));
        _interfaces[descriptor] = name;
        _services.Add(descriptor);
    }

    private ServiceDescriptor? Registered(Type type) => _services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type);

    private static void AddShared(IServiceCollection services)
    {
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ConnectionPool>();
        services.TryAddSingleton<GivenAdvice>();
        services.TryAddSingleton<Serializers>();

        // Configuration comes first, wherever this call stands, so that what code sets wins.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<RedisTagCacheOptions>, ConfigureFromConfiguration>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<RedisTagCacheOptions>, ResolveBuildNamespace>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<RedisTagCacheOptions>, ResolveConnectionString>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagCacheOptions>, ValidateRedisTagCacheOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagCacheOptions>, ValidateCommonSection>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CacheSetup>, ValidateCacheSetup>());
        services.AddOptions<CacheSetup>().ValidateOnStart();
    }
}
