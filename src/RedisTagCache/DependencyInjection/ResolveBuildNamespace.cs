using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.DependencyInjection;

/// <summary>Resolves the build namespace when the options are first read: at the start of the host.</summary>
internal sealed class ResolveBuildNamespace(IServiceProvider services, ILogger<ResolveBuildNamespace> logger) : IPostConfigureOptions<RedisTagCacheOptions>
{
    private int _told;

    public void PostConfigure(string? name, RedisTagCacheOptions options)
    {
        if (options.BuildNamespace?.Length > ValidateRedisTagCacheOptions.MaxBuildNamespace)
            return; // left for the validation to name

        var configured = services.GetService<IConfiguration>()?[$"{ConfigureFromConfiguration.Section}:{nameof(options.BuildNamespace)}"];
        var resolved = BuildNamespace.Resolve(
            options.BuildNamespace,
            configured,
            Environment.GetEnvironmentVariable,
            Assembly.GetEntryAssembly() ?? typeof(ResolveBuildNamespace).Assembly);
        options.BuildNamespace = resolved.Name;
        options.BuildNamespaceSource = resolved.Source;
        options.IsBuildNamespaceResolved = true;

        // The validation at startup and the first use each make their own instance of the options.
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Log.BuildNamespaceResolved(logger, resolved.Name, resolved.Source);
    }
}
