using System.Reflection;
using RedisTagCache.Topology;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>The name of a build, and where it was found.</summary>
internal sealed record BuildNamespace(string Name, string Source)
{
    /// <summary>The variables that deployment systems set, the most deliberate first.</summary>
    public static readonly string[] Variables = ["DEPLOYMENT_VERSION", "GIT_HASH", "GITHUB_SHA", "SOURCE_VERSION", "BUILD_BUILDID"];

    /// <summary>Resolves the name; always finds one.</summary>
    /// <param name="option">What code or configuration set.</param>
    /// <param name="configured">What configuration alone says, to name the source.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="entry">The application's assembly.</param>
    public static BuildNamespace Resolve(string? option, string? configured, Func<string, string?> environment, Assembly entry)
    {
        if (!string.IsNullOrWhiteSpace(option))
            return new BuildNamespace(BuildName.Escape(option), option == configured ? "configuration" : "option");

        foreach (var variable in Variables)
        {
            if (environment(variable) is { } value && !string.IsNullOrWhiteSpace(value))
                return new BuildNamespace(BuildName.Escape(value.Trim()), $"environment variable {variable}");
        }

        // 1.2.0+4f9c0e2: what follows the plus is the source revision that the build recorded. Without one, two builds may share a version.
        var version = entry.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus && plus < version.Length - 1
            ? new BuildNamespace(BuildName.Escape(version), "informational version of the entry assembly")
            : new BuildNamespace(entry.ManifestModule.ModuleVersionId.ToString("N"), "module version id of the entry assembly");
    }
}
