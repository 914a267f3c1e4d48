using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>A cache that an application has filled, with a server of the protocol that may only look, and one that may do everything.</summary>
public sealed class McpFixture : IAsyncLifetime
{
    /// <summary>A busy machine must not fail a test.</summary>
    private static readonly string[] _patience = ["--timeout", "30", "--call-timeout", "120"];

    private readonly RedisFixture _redis = new();

    public string Prefix { get; } = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    internal Instance Application { get; private set; } = null!;

    internal McpProcess Looking { get; private set; } = null!;

    internal McpProcess Changing { get; private set; } = null!;

    internal RedisFixture Redis => _redis;

    public async ValueTask InitializeAsync()
    {
        await _redis.InitializeAsync();
        Application = Instance.Create(_redis.ConnectionString, options => options.KeyPrefix = Prefix);
        await FillAsync();
        Looking = await McpProcess.StartAsync(_redis.ConnectionString, Prefix, _patience);
        Changing = await McpProcess.StartAsync(_redis.ConnectionString, Prefix, [.. _patience, "--allow-evictions", "--allow-payloads"]);
    }

    /// <summary>Three posts and an author, as if nothing had been evicted.</summary>
    internal async Task FillAsync()
    {
        foreach (var entry in _redis.Connection.GetServers()[0].Keys(pattern: $"*{Prefix}:0}}:e:*"))
            await _redis.Database.KeyDeleteAsync(entry);
        for (var i = 1; i <= 3; i++)
            await WriteAsync(Application, "post/" + i, "page " + i, "post:" + i, "posts", "@path:/POSTS/" + i);
        await WriteAsync(Application, "author/1", "author", "authors");
    }

    /// <summary>Writes until it is stored: on a busy machine, a write may be skipped.</summary>
    internal static Task WriteAsync(Instance application, string key, string value, params string[] tags) =>
        Eventually.BecomesTrueAsync(async () => await application.Store.WriteAsync(key, value, tags) == CacheWriteOutcome.Stored, $"{key} is stored");

    public async ValueTask DisposeAsync()
    {
        await Looking.DisposeAsync();
        await Changing.DisposeAsync();
        await Application.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
