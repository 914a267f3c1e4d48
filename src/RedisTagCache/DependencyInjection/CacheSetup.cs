using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>What the caches of an application are together. Validated when the host starts.</summary>
internal sealed class CacheSetup;

/// <summary>Checks that the caches do not get into each other's way, and tells which services they are.</summary>
internal sealed class ValidateCacheSetup(RegisteredCaches caches, IOptionsMonitor<RedisTagCacheOptions> options, IServiceProvider services, ILogger<CacheSetup> logger) : IValidateOptions<CacheSetup>
{
    private int _told;

    public ValidateOptionsResult Validate(string? name, CacheSetup setup)
    {
        var errors = new ValidateOptionsResultBuilder();
        CheckPrefixes(errors);
        CheckSections(errors);
        foreach (var (type, cache) in caches.Replaced)
        {
            if (caches.ImplementationOf(type) is var found && found.Cache != cache)
                errors.AddError($"{Quoted(cache, isFirst: true)} replaces the application's {type.Name}, but {found.Other ?? Quoted(found.Cache!)} was registered after it. Remove that registration, or the argument 'replace'.");
        }

        foreach (var (type, first, second) in caches.ReplacedTwice)
            errors.AddError($"{Quoted(first, isFirst: true)} and {Quoted(second)} both replace the application's {type.Name}. Remove the argument 'replace' from one of them.");
        foreach (var (cache, by) in caches.References)
        {
            if (!caches.Names.Contains(cache, StringComparer.Ordinal))
                errors.AddError($"{by} names the cache '{CacheNames.Shown(cache)}', which is not registered. Add services.AddRedisTagCache({(cache.Length > 0 ? $"\"{cache}\", " : "")}...), or name one of: {Known()}.");
        }

        if (Interlocked.Exchange(ref _told, 1) == 0)
            Tell();
        return errors.Build();
    }

    private void Tell()
    {
        foreach (var name in caches.Names)
        {
            if (OptionsOf(name) is not { } of)
                continue;
            if (of.Enabled)
                of.AtStartup?.Invoke(services, CacheNames.Shown(name));
            else
                Log.CacheDisabled(logger, CacheNames.Shown(name));
        }

        Log.CachesRegistered(logger, Owner(typeof(HybridCache)), Owner(typeof(IDistributedCache)), caches.Pages is { } owner ? Quoted(owner) : "no cache of this library");
    }

    /// <summary>Two caches with the same keys would evict and overwrite each other's entries.</summary>
    private void CheckPrefixes(ValidateOptionsResultBuilder errors)
    {
        var known = new Dictionary<(string Prefix, string Server), string>();
        foreach (var name in caches.Names)
        {
            if (OptionsOf(name) is not { Enabled: true } of)
                continue;
            if (!known.TryAdd((of.KeyPrefix, ServerOf(name, of)), name))
            {
                errors.AddError(
                    $"The caches '{CacheNames.Shown(known[(of.KeyPrefix, ServerOf(name, of))])}' and '{CacheNames.Shown(name)}' have the same server and the same {nameof(of.KeyPrefix)} '{of.KeyPrefix}'. "
                    + $"Set another {nameof(of.KeyPrefix)} for one of them.");
            }
        }
    }

    private void CheckSections(ValidateOptionsResultBuilder errors)
    {
        if (services.GetService<IConfiguration>() is not { } configuration)
            return;
        foreach (var section in configuration.GetSection(ConfigureFromConfiguration.Section).GetSection(ConfigureFromConfiguration.Caches).GetChildren())
        {
            if (CacheNames.IsUnnamed(section.Key))
                errors.AddError($"The configuration section '{section.Path}' belongs to no cache. Options of the cache without a name stand in '{ConfigureFromConfiguration.Section}' itself.");
            else if (caches.Names.Where(name => name.Equals(section.Key, StringComparison.OrdinalIgnoreCase)).ToArray() is not [_, .. var others] found)
                errors.AddError($"The configuration section '{section.Path}' belongs to no cache. Add services.AddRedisTagCache(\"{section.Key}\"), or use the name of one of: {Known()}.");
            else if (others.Length > 0)
                errors.AddError($"The caches '{found[0]}' and '{others[0]}' have the same configuration section '{section.Path}', because configuration is not case-sensitive. Use another name for one of them.");
        }
    }

    /// <summary>The options of a cache, or nothing if they are not valid, which is reported elsewhere.</summary>
    private RedisTagCacheOptions? OptionsOf(string name)
    {
        try
        {
            return options.Get(name);
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }

    private string ServerOf(string name, RedisTagCacheOptions of)
    {
        if (of.ConnectionMultiplexerFactory is { } factory)
            return $"factory {System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(factory)}";
        if ((of.ConfigurationOptions ?? (of.Configuration is { } text ? ConfigurationOptions.Parse(text) : null)) is not { } given)
            return name.Length > 0 && services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(IConnectionMultiplexer), name) == true ? "multiplexer " + name : "multiplexer"; // not created: it connects
        return string.Join(',', given.EndPoints.Select(static endPoint => endPoint.ToString()!.ToUpperInvariant()).Order(StringComparer.Ordinal)) + "/" + (given.DefaultDatabase ?? 0);
    }

    private string Owner(Type type) => caches.ImplementationOf(type) switch
    {
        ({ } cache, _) => Quoted(cache),
        (_, { } other) => other,
        _ => "nothing",
    };

    private string Known() => string.Join(", ", caches.Names.Select(static name => $"'{CacheNames.Shown(name)}'"));

    private static string Quoted(string name, bool isFirst = false) => $"{(isFirst ? "The" : "the")} cache '{CacheNames.Shown(name)}'";
}
