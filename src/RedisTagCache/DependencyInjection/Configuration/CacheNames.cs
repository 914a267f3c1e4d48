using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>The names of caches.</summary>
internal static class CacheNames
{
    /// <summary>What metrics, log lines, and messages call the unnamed cache.</summary>
    public const string Unnamed = RedisTagCacheDiagnostics.DefaultCacheName;

    private const int MaxLength = 32;
    private static readonly string _form = $"The name of a cache must be 1 to {MaxLength} ASCII letters, digits, '-', '_' or '.', and not '{Unnamed}'";

    /// <summary>Gets what a cache is called where people read it.</summary>
    public static string Shown(string name) => name.Length == 0 ? Unnamed : name;

    /// <summary>Gets the name of a cache from what people call it: the unnamed cache can be called as metrics and messages call it.</summary>
    /// <exception cref="ArgumentException">It is a connection string.</exception>
    public static string Parse(string? name)
    {
        if (string.IsNullOrEmpty(name) || IsUnnamed(name))
            return "";
        ThrowIfConnectionString(name);
        return name;
    }

    /// <summary>Returns whether it is what metrics and messages call the unnamed cache.</summary>
    public static bool IsUnnamed(string name) => name.Equals(Unnamed, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks a name that was given to a cache.</summary>
    public static void Check([NotNull] string? name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfConnectionString(name);
        if (name.Length is 0 or > MaxLength || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || IsUnnamed(name))
            throw new ArgumentException($"{_form}, but was '{name}'.", nameof(name));
    }

    private static void ThrowIfConnectionString(string name)
    {
        if (ConnectionCheck.IsLikely(name))
            throw new ArgumentException($"{_form}, {ConnectionCheck.InPlaceOfName}. Set {nameof(RedisTagCacheOptions)}.{nameof(RedisTagCacheOptions.Configuration)} to a connection string.", nameof(name));
    }
}
