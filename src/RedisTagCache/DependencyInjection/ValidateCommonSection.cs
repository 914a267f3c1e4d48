using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.DependencyInjection.Configuration;

namespace RedisTagCache.DependencyInjection;

/// <summary>Checks the keys of the configuration section that all caches have in common. Once: with the unnamed cache, or with the first one if there is none.</summary>
internal sealed class ValidateCommonSection(RegisteredCaches caches, IServiceProvider services) : IValidateOptions<RedisTagCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisTagCacheOptions options)
    {
        if (caches.First != (name ?? "") || services.GetService<IConfiguration>() is not { } configuration)
            return ValidateOptionsResult.Skip;
        string[] problems = [.. ConfigurationKeys.Check(configuration.GetSection(ConfigureFromConfiguration.Section))];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
