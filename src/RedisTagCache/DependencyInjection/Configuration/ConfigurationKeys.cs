using Microsoft.Extensions.Configuration;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>What the configuration section may hold. Binding ignores what it does not know, so a misspelled key would leave its default in force.</summary>
internal static class ConfigurationKeys
{
    private const string Profiles = nameof(RedisTagCacheOptions.Profiles);
    private const string Pages = "OutputCache";

    public static readonly string[] OfOptions =
    [
        nameof(RedisTagCacheOptions.Configuration),
        nameof(RedisTagCacheOptions.ConnectionStringName),
        nameof(RedisTagCacheOptions.Enabled),
        nameof(RedisTagCacheOptions.KeyPrefix),
        nameof(RedisTagCacheOptions.BuildNamespace),
        nameof(RedisTagCacheOptions.IsolateDistributedCacheByBuild),
        nameof(RedisTagCacheOptions.OperationTimeout),
        nameof(RedisTagCacheOptions.TagInvalidationRetention),
        nameof(RedisTagCacheOptions.MaxTagInvalidations),
        nameof(RedisTagCacheOptions.MaximumKeyLength),
        nameof(RedisTagCacheOptions.MaximumPayloadBytes),
        nameof(RedisTagCacheOptions.LocalCacheBytes),
        nameof(RedisTagCacheOptions.LocalCacheEntries),
        nameof(RedisTagCacheOptions.AllowLocalReadsWhenDisconnected),
        nameof(RedisTagCacheOptions.LeaseDuration),
        nameof(RedisTagCacheOptions.LeaseTimeout),
        nameof(RedisTagCacheOptions.FactoryTimeout),
        nameof(RedisTagCacheOptions.Partitions),
        nameof(RedisTagCacheOptions.Compression),
        nameof(RedisTagCacheOptions.CompressionThreshold),
        Profiles,
    ];

    /// <summary>The switches of the package for host builders.</summary>
    public static readonly string[] OfHosting = ["DisableHealthChecks", "DisableMetrics", "DisableTracing"];

    public static readonly string[] OfCache = [.. OfOptions, .. OfHosting];

    /// <summary>The common section may also hold other sections.</summary>
    public static readonly string[] OfSection = [.. OfCache, Pages, ConfigureFromConfiguration.Caches];

    public static readonly string[] OfProfiles =
    [
        nameof(CachePolicy.Lifetime), nameof(CachePolicy.StaleWindow), nameof(CachePolicy.FailSafeWindow), nameof(CachePolicy.LocalLifetime), nameof(CachePolicy.EagerRefresh),
        nameof(CachePolicy.Jitter), nameof(CachePolicy.FactorySoftTimeout), nameof(CachePolicy.RetryDelay), nameof(CachePolicy.WaitForWrite), nameof(CachePolicy.Flags),
    ];

    /// <summary>Those of the output cache, which is in another package.</summary>
    public static readonly string[] OfPages = ["StaleWindow", "RenderTimeout", "UncacheableDuration", "RetryDelay", "RefreshTimeout", "LocalCacheBytes", "AddCacheStatusHeader"];

    /// <summary>Options that are objects, so that configuration cannot say them.</summary>
    public static readonly string[] OfCode =
    [
        nameof(RedisTagCacheOptions.ConfigurationOptions), nameof(RedisTagCacheOptions.ConnectionMultiplexerFactory), nameof(RedisTagCacheOptions.ConfigureConnection),
        nameof(RedisTagCacheOptions.OnEvent),
    ];

    /// <summary>What is wrong with the keys of the common section. Their values are not repeated.</summary>
    public static IEnumerable<string> Check(IConfigurationSection section) =>
        CheckOptions(section, OfSection).Concat(CheckKeys(section.GetSection(Pages), OfPages)).Concat(CheckSection(section.GetSection(ConfigureFromConfiguration.Caches)));

    /// <summary>The same for the section of a named cache.</summary>
    public static IEnumerable<string> CheckCache(IConfigurationSection section) => CheckOptions(section, OfCache);

    private static IEnumerable<string> CheckOptions(IConfigurationSection section, string[] known)
    {
        foreach (var problem in CheckKeys(section, known))
            yield return problem;
        foreach (var profile in section.GetSection(Profiles).GetChildren())
        {
            foreach (var problem in CheckKeys(profile, OfProfiles))
                yield return problem;
        }

        foreach (var problem in CheckSection(section.GetSection(Profiles)))
            yield return problem;
    }

    private static IEnumerable<string> CheckKeys(IConfigurationSection section, string[] known)
    {
        foreach (var problem in CheckSection(section))
            yield return problem;
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                yield return $"The configuration key '{child.Path}' is not known: {AdviceFor(child.Key, known)}";
            else if (child.Key is var key && !Is(key, Profiles) && !Is(key, Pages) && !Is(key, ConfigureFromConfiguration.Caches) && child.GetChildren().Any())
                yield return $"The configuration key '{child.Path}' must be a value, but is a section.";
        }
    }

    private static IEnumerable<string> CheckSection(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
            yield return $"The configuration key '{section.Path}' must be a section, but is a value.";
    }

    private static string AdviceFor(string key, string[] known)
    {
        if (known.Length >= OfOptions.Length && OfCode.Contains(key, StringComparer.OrdinalIgnoreCase))
            return "this option can be set in code only.";
        if (Is(key, "ConnectionString"))
            return $"did you mean '{nameof(RedisTagCacheOptions.Configuration)}', or '{nameof(RedisTagCacheOptions.ConnectionStringName)}' for the name of a connection string?";
        var nearest = known.MinBy(name => Distance(key, name))!;
        var isNear = Distance(key, nearest) <= Math.Max(2, nearest.Length / 3);
        var within = known.Where(name => key.Length > 3 && name.Contains(key, StringComparison.OrdinalIgnoreCase)).ToArray();
        return isNear ? $"did you mean '{nearest}'?"
            : within.Length > 0 ? $"did you mean {string.Join(" or ", within.Select(static name => $"'{name}'"))}?"
            : $"it must be one of {string.Join(", ", known)}.";
    }

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many letters must be put in, taken out or replaced to make the one of the other.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
