using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>The names of caches.</summary>
internal static class CacheNames
{
    /// <summary>What metrics, log lines, and messages call the unnamed cache.</summary>
    public const string Unnamed = RedisTagCacheDiagnostics.DefaultCacheName;

    private const int MaxLength = 32;

    /// <summary>Gets what a cache is called where people read it.</summary>
    public static string Shown(string name) => name.Length == 0 ? Unnamed : name;

    /// <summary>Gets the name of a cache from what people call it: the unnamed cache can be called as metrics and messages call it.</summary>
    public static string Parse(string? name) => string.IsNullOrEmpty(name) || name.Equals(Unnamed, StringComparison.OrdinalIgnoreCase) ? "" : name;

    /// <summary>Checks a name that was given to a cache.</summary>
    public static void Check([NotNull] string? name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.Equals(Unnamed, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"The name of a cache must be 1 to {MaxLength} ASCII letters, digits, '-', '_' or '.', and not '{Unnamed}', but was '{name}'.", nameof(name));
    }
}
