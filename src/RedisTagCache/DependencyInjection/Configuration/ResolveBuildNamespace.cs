using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>Resolves the build namespace when the options are first read: at the start of the host.</summary>
internal sealed class ResolveBuildNamespace(IServiceProvider services, ILogger<ResolveBuildNamespace> logger) : IPostConfigureOptions<RedisTagCacheOptions>
{
    private readonly ConcurrentDictionary<string, bool> _told = [];

    public void PostConfigure(string? name, RedisTagCacheOptions options)
    {
        if (options.BuildNamespace?.Length > ValidateRedisTagCacheOptions.MaxBuildNamespace)
            return; // left for the validation to name

        name ??= Options.DefaultName;
        var section = services.GetService<IConfiguration>()?.GetSection(ConfigureFromConfiguration.Section);
        var configured = section is null ? null : (name.Length > 0 ? ConfigureFromConfiguration.SectionOf(section, name)[nameof(options.BuildNamespace)] : null) ?? section[nameof(options.BuildNamespace)];
        var resolved = BuildNamespace.Resolve(
            options.BuildNamespace,
            configured,
            Environment.GetEnvironmentVariable,
            Assembly.GetEntryAssembly() ?? typeof(ResolveBuildNamespace).Assembly);
        options.BuildNamespace = resolved.Name;
        options.BuildNamespaceSource = resolved.Source;
        options.IsBuildNamespaceResolved = true;

        // The validation at startup and the first use each make their own instance of the options.
        if (_told.TryAdd(name, true))
            Log.BuildNamespaceResolved(logger, CacheNames.Shown(name), resolved.Name, resolved.Source);
    }
}
