using System.CommandLine;

namespace RedisTagCache.Tool;

/// <summary>The options that every command has.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Connection = new("--connection", "-c")
    {
        Description = "A StackExchange.Redis connection string. Default: the environment variable REDISTAGCACHE_CONNECTION, then RedisTagCache:Configuration of the appsettings.json here.",
        Recursive = true,
    };

    public static readonly Option<string?> Prefix = new("--prefix", "-p")
    {
        Description = "The key prefix of the cache. Default: RedisTagCache:KeyPrefix of the appsettings.json here, then rtc.",
        Recursive = true,
    };

    public static readonly Option<string?> BuildNamespace = new("--build-namespace", "-b")
    {
        Description = "The build whose entries are meant. Default: RedisTagCache:BuildNamespace of the appsettings.json here, then all builds.",
        Recursive = true,
    };

    public static readonly Option<string?> Surface = new("--surface", "-s")
    {
        Description = "The surface: output, hybrid, distributed, or one of your own. Default: all.",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Writes JSON.", Recursive = true };

    public static readonly Option<bool> Yes = new("--yes", "-y")
    {
        Description = "Does not ask. Needed for evict, expire, remove and reclaim where nobody is there to answer.",
        Recursive = true,
    };

    public static readonly Option<double> Timeout = new("--timeout")
    {
        Description = "How many seconds to wait for an answer.",
        Recursive = true,
        DefaultValueFactory = static _ => 5,
        Validators =
        {
            static result =>
            {
                if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 60))
                    result.AddError("--timeout is 0.1 to 60 seconds.");
            },
        },
    };

    public static void AddTo(Command root)
    {
        foreach (var option in (Option[])[Connection, Prefix, BuildNamespace, Surface, Json, Yes, Timeout])
            root.Add(option);
    }
}
