using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.Caching;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>Validates the options when the host starts. Messages never contain the connection string, because it may contain a password.</summary>
internal sealed class ValidateRedisTagCacheOptions(IServiceProvider services) : IValidateOptions<RedisTagCacheOptions>
{
    public const int MaxBuildNamespace = 128;
    private const int MaxKeyPrefix = 64;
    private const int LargestPayload = 256 * 1024 * 1024;
    private const string Form = "of the form host:port, with settings after commas as in 'cache.example.org:6380,ssl=true,user=NAME,password=SECRET'.";

    public ValidateOptionsResult Validate(string? name, RedisTagCacheOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.KeyPrefix is not { Length: > 0 and <= MaxKeyPrefix } prefix || !prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            Add(nameof(options.KeyPrefix), options.KeyPrefix, $"1 to {MaxKeyPrefix} ASCII letters, digits, '-', '_' or '.'");
        if (options.BuildNamespace?.Length > MaxBuildNamespace && !options.IsBuildNamespaceResolved)
            Add(nameof(options.BuildNamespace), options.BuildNamespace, $"1 to {MaxBuildNamespace} characters");
        Between(nameof(options.OperationTimeout), options.OperationTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        if (options.Partitions is { } partitions)
            Between(nameof(options.Partitions), partitions, 1, PartitionLayout.Most);
        Between(nameof(options.TagInvalidationRetention), options.TagInvalidationRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        Between(nameof(options.MaxTagInvalidations), options.MaxTagInvalidations, 1_000, 10_000_000);
        Between(nameof(options.MaximumKeyLength), options.MaximumKeyLength, 1, 65_536);
        Between(nameof(options.MaximumPayloadBytes), options.MaximumPayloadBytes, 1, LargestPayload);
        Between(nameof(options.LocalCacheBytes), options.LocalCacheBytes, 0, 64L * 1024 * 1024 * 1024);
        Between(nameof(options.LocalCacheEntries), options.LocalCacheEntries, 0, 100_000_000);
        Between(nameof(options.LeaseDuration), options.LeaseDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5));
        Between(nameof(options.LeaseTimeout), options.LeaseTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Between(nameof(options.FactoryTimeout), options.FactoryTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Between(nameof(options.CompressionThreshold), options.CompressionThreshold, 0, LargestPayload);
        if (!Enum.IsDefined(options.Compression))
            Add(nameof(options.Compression), options.Compression, "one of " + string.Join(", ", Enum.GetNames<CacheCompression>()));
        ValidateProfiles(options, errors);
        if (!string.IsNullOrEmpty(name) && services.GetService<IConfiguration>()?.GetSection(ConfigureFromConfiguration.Section) is { } section)
        {
            foreach (var problem in ConfigurationKeys.CheckCache(ConfigureFromConfiguration.SectionOf(section, name)))
                errors.AddError(problem);
        }

        if (options.Enabled)
            ValidateConnection(name, options, errors);
        return Named(name, errors.Build());

        void Between<T>(string option, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
                Add(option, value, $"between {lowest} and {highest}");
        }

        void Add(string option, object? value, string accepted) =>
            errors.AddError(
                $"{nameof(RedisTagCacheOptions)}.{option} must be {accepted}, " + (ConnectionCheck.IsLikely(value as string)
                    ? $"{ConnectionCheck.InPlaceOfName}. Set {nameof(RedisTagCacheOptions)}.{nameof(options.Configuration)} to a connection string."
                    : $"but was '{value}'."),
                option);
    }

    /// <summary>With several caches, an option alone does not say where it is wrong.</summary>
    private static ValidateOptionsResult Named(string? name, ValidateOptionsResult result) =>
        string.IsNullOrEmpty(name) || !result.Failed ? result : ValidateOptionsResult.Fail(result.Failures.Select(
            failure => failure.StartsWith("The cache '", StringComparison.Ordinal) ? failure : $"The cache '{name}': {failure}"));

    private static void ValidateProfiles(RedisTagCacheOptions options, ValidateOptionsResultBuilder errors)
    {
        foreach (var (name, policy) in options.Profiles)
        {
            var place = $"{nameof(RedisTagCacheOptions)}.{nameof(options.Profiles)}['{name}']";
            if (string.IsNullOrWhiteSpace(name) || policy is null)
                errors.AddError($"{place} must have a name and a policy.", nameof(options.Profiles));
            else if (policy.Profile is not null)
                errors.AddError($"{place} must not set {nameof(CachePolicy.Profile)}. Profiles are based on 'default' only.", nameof(options.Profiles));
            else if (PolicyRules.Check(policy) is { } wrong)
                errors.AddError($"{place}: {wrong.Problem}", nameof(options.Profiles));
        }
    }

    private void ValidateConnection(string? name, RedisTagCacheOptions options, ValidateOptionsResultBuilder errors)
    {
        if (options.ConnectionMultiplexerFactory is not null || DesignTime.IsActive)
            return;
        if (options.ConfigurationOptions is { } given)
        {
            if (ConnectionCheck.ProblemOf(given) is { } problem)
                errors.AddError($"{nameof(RedisTagCacheOptions)}.{nameof(options.ConfigurationOptions)} {problem}. Its endpoints must be {Form}", nameof(options.ConfigurationOptions));
        }
        else if (options.Configuration is not null)
        {
            if (ConnectionCheck.ProblemOf(options.Configuration) is { } problem)
                errors.AddError($"{nameof(RedisTagCacheOptions)}.{nameof(options.Configuration)} {problem}. It must be a StackExchange.Redis connection string such as 'localhost:6379', {Form}", nameof(options.Configuration));
        }
        else if (options.ConnectionStringName is { } connection && services.GetService<ConnectionNames>()?.ErrorOf(name ?? "", connection) is { } error)
        {
            errors.AddError(error);
        }
        else if (options.ConnectionStringName is { } connectionName)
        {
            errors.AddError(
                $"{nameof(RedisTagCacheOptions)}.{nameof(options.ConnectionStringName)} " + (ConnectionCheck.IsLikely(connectionName)
                    ? $"must be the name of a connection string in the configuration section 'ConnectionStrings', {ConnectionCheck.InPlaceOfName}. Set {nameof(RedisTagCacheOptions)}.{nameof(options.Configuration)} to a connection string."
                    : $"is '{connectionName}', but the configuration has no connection string of that name. Set 'ConnectionStrings:{connectionName}'."),
                nameof(options.ConnectionStringName));
        }
        else if (!HasConnection(name))
        {
            errors.AddError(
                $"{nameof(RedisTagCacheOptions)} has no connection. Set {nameof(options.Configuration)} (also '{KeyOf(name)}' in configuration), "
                + $"{nameof(options.ConnectionStringName)}, {nameof(options.ConfigurationOptions)} or {nameof(options.ConnectionMultiplexerFactory)}, or register an {nameof(IConnectionMultiplexer)}.",
                nameof(options.Configuration));
        }
    }

    private static string KeyOf(string? name) =>
        ConfigureFromConfiguration.Section + (string.IsNullOrEmpty(name) ? "" : $":{ConfigureFromConfiguration.Caches}:{name}") + $":{nameof(RedisTagCacheOptions.Configuration)}";

    private bool HasConnection(string? name) =>
        services.GetService<IServiceProviderIsService>()?.IsService(typeof(IConnectionMultiplexer)) == true
        || (!string.IsNullOrEmpty(name) && services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(IConnectionMultiplexer), name) == true);
}
