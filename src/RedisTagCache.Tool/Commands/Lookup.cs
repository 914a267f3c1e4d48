using RedisTagCache.Inspection;

namespace RedisTagCache.Tool.Commands;

/// <summary>Finds the entries of one key, where surface or build may not be said.</summary>
internal static class Lookup
{
    private static readonly string[] _surfaces = ["output", "hybrid", "distributed"];

    public static async Task<List<CacheEntryInfo>> OfAsync(Session session, string key, string? surface, bool includePayload, CancellationToken cancellationToken)
    {
        var found = new List<CacheEntryInfo>();
        if (session.Settings.BuildNamespace is { } build)
        {
            foreach (var name in surface is null ? _surfaces : [surface])
                await AddAsync(name, build);
            return found;
        }

        // The build is part of where an entry lies. Not knowing it, one has to walk.
        var query = new CacheEntryQuery { Surface = surface, KeyPrefix = key, AllBuilds = true, MaximumResults = 1_000, MaximumKeys = long.MaxValue };
        await foreach (var entry in session.Inspector.FindAsync(query, cancellationToken))
        {
            if (entry.Key != key)
                continue;
            if (includePayload)
                await AddAsync(entry.Surface, entry.BuildNamespace);
            else
                found.Add(entry);
        }

        return [.. found.OrderBy(static entry => entry.Surface, StringComparer.Ordinal).ThenBy(static entry => entry.BuildNamespace, StringComparer.Ordinal)];

        async Task AddAsync(string name, string? build)
        {
            var options = new CacheInspectOptions { BuildNamespace = build, IncludePayload = includePayload };
            if (await session.Inspector.InspectAsync(name, key, options, cancellationToken) is { } entry)
                found.Add(entry);
        }
    }

    public static ToolException NotFound(Session session, string key) => new(
        ExitCode.Problem,
        $"There is no entry with the key '{key}'.",
        session.Settings.BuildNamespace is null
            ? "A key of more than 512 bytes is only found with --surface and --build-namespace."
            : $"Only the build '{session.Settings.BuildNamespace}' and what all builds share was looked at.");
}
