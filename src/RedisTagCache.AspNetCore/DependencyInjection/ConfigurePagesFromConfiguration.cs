using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.AspNetCore.DependencyInjection;

/// <summary>Takes the options from the configuration section <c>RedisTagCache:OutputCache</c>, where there is a configuration.</summary>
internal sealed class ConfigurePagesFromConfiguration(IServiceProvider services) : IConfigureOptions<RedisTagOutputCacheOptions>
{
    public const string Section = "RedisTagCache:OutputCache";

    public void Configure(RedisTagOutputCacheOptions options) => services.GetService<IConfiguration>()?.GetSection(Section).Bind(options);
}
