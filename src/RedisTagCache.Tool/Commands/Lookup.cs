using RedisTagCache.Management;

namespace RedisTagCache.Tool.Commands;

/// <summary>Finds the entries of one key, where region or build may not be said.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="IsComplete">Whether these are all. If not, a limit ended the search.</param>
internal sealed record Lookup(List<CacheEntryInfo> Entries, bool IsComplete)
{
    /// <summary>The maximum number of entries of a key, which has one in each build and region.</summary>
    public const int MaxEntries = 100;

    /// <summary>The maximum number of them whose payloads are read.</summary>
    public const int MaxPayloads = 10;

    private static readonly string[] _regions = ["output", "hybrid", "distributed"];

    public static async Task<Lookup> OfAsync(Session session, string key, string? region, bool includePayload, CancellationToken cancellationToken)
    {
        var found = new List<CacheEntryInfo>();
        if (session.Settings.BuildNamespace is { } build)
        {
            foreach (var name in region is null ? _regions : [region])
                await AddAsync(name, build);
            return new Lookup(found, IsComplete: true);
        }

        // The build is part of the key of an entry in Redis. If it is not known, walk through the keys.
        var walk = new Search();
        var isCut = false;
        var query = new CacheEntryQuery { Region = region, KeyPrefix = key, AllBuilds = true, MaxResults = int.MaxValue, MaxKeys = Search.MaximumKeys, Progress = walk };
        await foreach (var entry in session.Inspector.FindAsync(query, cancellationToken))
        {
            if (entry.Key != key)
                continue;
            isCut = found.Count == (includePayload ? MaxPayloads : MaxEntries);
            if (isCut)
                break;
            if (includePayload)
                await AddAsync(entry.Region, entry.BuildNamespace);
            else
                found.Add(entry);
        }

        List<CacheEntryInfo> ordered = [.. found.OrderBy(static entry => entry.Region, StringComparer.Ordinal).ThenBy(static entry => entry.BuildNamespace, StringComparer.Ordinal)];
        return new Lookup(ordered, !isCut && walk.Progress.IsComplete);

        async Task AddAsync(string name, string? build)
        {
            var options = new CacheInspectOptions { BuildNamespace = build, IncludePayload = includePayload };
            if (await session.Inspector.InspectAsync(name, key, options, cancellationToken) is { } entry)
                found.Add(entry);
        }
    }

    /// <summary>Says that there may be more entries; nothing if these are all.</summary>
    /// <param name="options">What to add to select one of them.</param>
    public string? More(string options = "--region and --build-namespace") => IsComplete ? null : $"There may be more entries of this key: a limit ended the search. To select one, add {options}.";

    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="region">The region, if it was said.</param>
    /// <param name="options">What to add to find a key that is stored as a hash.</param>
    public ToolException NotFound(Session session, string key, string? region, string options = "--region and --build-namespace") => IsComplete
        ? new(ExitCode.Problem, $"There is no entry with the key '{key}'.", ScopeOf(session, region) ?? $"To find a key of more than 512 bytes, add {options}.")
        : new(ExitCode.Problem, $"No entry with the key '{key}' was found before a limit ended the search.", $"To look at one place without a search, add {options}.");

    /// <summary>Returns what was searched; none for everything.</summary>
    public static string? ScopeOf(Session session, string? region) => session.Settings.BuildNamespace is { } build
        ? $"Only the build '{build}' and entries that all builds share were searched, in the region{(region is null ? "s " + string.Join(", ", _regions) : $" {region}")}."
        : null;
}
