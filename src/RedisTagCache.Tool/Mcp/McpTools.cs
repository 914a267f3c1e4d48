using System.Text.Json;
using System.Text.Json.Serialization;
using ModelContextProtocol;
using ModelContextProtocol.Server;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>The tools of a server. What is not allowed is not there, so that no client can ask for it.</summary>
internal static class McpTools
{
    private static readonly JsonSerializerOptions _json = Arguments();

    public static McpServerPrimitiveCollection<McpServerTool> Create(ToolSettings settings, McpPermissions permissions, CallLimit limit, TextWriter log)
    {
        var (inspection, eviction) = (new InspectionTools(settings), new EvictionTools(settings, log));
        var tools = new McpServerPrimitiveCollection<McpServerTool>();
        Look("health", "Check the servers", "Checks whether the Redis servers meet the requirements of the cache. Each finding is ok, warn, or error, and states the fix.", inspection.HealthAsync);
        Look("stats", "Get statistics", "Returns the servers, their memory, the remembered tag invalidations, and the number of entries by region, build, and status.", inspection.StatsAsync);
        Look("find_entries", "Find entries", "Finds entries by tag, path of a page, beginning of the key, region, and status. Scans the keys at a low pace.", inspection.FindAsync);
        Look("inspect_entry", "Inspect an entry", "Returns all details of the entries of one key: status and its reason, times, sizes, and tags. Not the content.", inspection.InspectAsync);
        Look("explain", "Explain why something is served or not", "Explains why a key, or a page by its path, is served, stale, or not served: the state of each entry, the eviction that ended it, and the times.", inspection.ExplainAsync);
        Look("preview_eviction", "Preview an eviction", "Counts the entries that an eviction of a tag or of a page's path would reach, in all regions and builds, with examples. Evicts nothing.", inspection.PreviewEvictionAsync);
        if (permissions.Payloads)
            Look("read_payload", "Read the content of an entry", "Returns the beginning of the content of the entries of one key, as text if it is text. It can contain personal data.", inspection.ReadPayloadAsync);
        if (!permissions.Evictions)
            return tools;
        Change("evict_by_tag", "Evict by tag", "Evicts all entries with one of the tags, in all regions and builds, at once. They are computed again when they are requested. It cannot be undone.", eviction.EvictByTagAsync, Report.Unconfirmed);
        Change("evict_by_path", "Evict pages by path", "Evicts all variants of pages by their paths, in all builds, at once. They are rendered again when they are requested. It cannot be undone.", eviction.EvictByPathAsync, Report.Unconfirmed);
        Change("remove_key", "Remove an entry", "Removes the entries of one key, in the given region and build or in all. It cannot be undone.", eviction.RemoveAsync, Report.PartlyRemoved);
        return tools;

        void Look(string name, string title, string description, Delegate method) => Add(method, Options(name, title, description, isReadOnly: true), Report.NothingDone);

        void Change(string name, string title, string description, Delegate method, string whenStopped) => Add(method, Options(name, title, description, isReadOnly: false), whenStopped);

        void Add(Delegate method, McpServerToolCreateOptions options, string whenStopped) => tools.Add(new BoundedTool(McpServerTool.Create(method, options), limit, whenStopped, log));
    }

    /// <summary>As the protocol has them, but with enumerations as the tool writes them.</summary>
    private static JsonSerializerOptions Arguments()
    {
        var options = new JsonSerializerOptions(McpJsonUtilities.DefaultOptions);
        options.Converters.Insert(0, new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        return options;
    }

    private static McpServerToolCreateOptions Options(string name, string title, string description, bool isReadOnly) => new()
    {
        Name = name,
        Title = title,
        Description = description,
        ReadOnly = isReadOnly,
        Destructive = !isReadOnly,
        Idempotent = isReadOnly,
        OpenWorld = false,
        SerializerOptions = _json,
    };
}
