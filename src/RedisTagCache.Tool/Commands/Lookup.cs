using RedisTagCache.Management;

namespace RedisTagCache.Tool.Commands;

/// <summary>Finds the entries of one key, where region or build may not be said.</summary>
internal static class Lookup
{
    private static readonly string[] _regions = ["output", "hybrid", "distributed"];

    public static async Task<List<CacheEntryInfo>> OfAsync(Session session, string key, string? region, bool includePayload, CancellationToken cancellationToken)
    {
        var found = new List<CacheEntryInfo>();
        if (session.Settings.BuildNamespace is { } build)
        {
            foreach (var name in region is null ? _regions : [region])
                await AddAsync(name, build);
            return found;
        }

        // The build is part of the key of an entry in Redis. If it is not known, walk through all keys.
        var query = new CacheEntryQuery { Region = region, KeyPrefix = key, AllBuilds = true, MaxResults = int.MaxValue, MaxKeys = long.MaxValue };
        await foreach (var entry in session.Inspector.FindAsync(query, cancellationToken))
        {
            if (entry.Key != key)
                continue;
            if (includePayload)
                await AddAsync(entry.Region, entry.BuildNamespace);
            else
                found.Add(entry);
        }

        return [.. found.OrderBy(static entry => entry.Region, StringComparer.Ordinal).ThenBy(static entry => entry.BuildNamespace, StringComparer.Ordinal)];

        async Task AddAsync(string name, string? build)
        {
            var options = new CacheInspectOptions { BuildNamespace = build, IncludePayload = includePayload };
            if (await session.Inspector.InspectAsync(name, key, options, cancellationToken) is { } entry)
                found.Add(entry);
        }
    }

    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="region">The region, if it was said.</param>
    /// <param name="options">What to add to find a key that is stored as a hash.</param>
    public static ToolException NotFound(Session session, string key, string? region, string options = "--region and --build-namespace") => new(
        ExitCode.Problem,
        $"There is no entry with the key '{key}'.",
        ScopeOf(session, region) ?? $"To find a key of more than 512 bytes, add {options}.");

    /// <summary>Returns what was searched; none for everything.</summary>
    public static string? ScopeOf(Session session, string? region) => session.Settings.BuildNamespace is { } build
        ? $"Only the build '{build}' and entries that all builds share were searched, in the region{(region is null ? "s " + string.Join(", ", _regions) : $" {region}")}."
        : null;
}
