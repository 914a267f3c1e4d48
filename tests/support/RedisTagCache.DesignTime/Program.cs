using RedisTagCache;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddOpenApi();

// What must not happen at design time leaves a file behind, for the test.
builder.Services.AddRedisTagCache(options => options.ConnectionMultiplexerFactory = () =>
{
    File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "connected.txt"), "A connection was asked for.");
    throw new InvalidOperationException("There is no server here.");
});
builder.Services.AddRedisTagOutputCache();
builder.Services.AddHostedService<UsesTheCacheAtStartup>();

var app = builder.Build();
app.MapOpenApi();
app.UseOutputCache();
app.MapGet("/posts/{id:int}", (int id) => $"post {id}").CacheOutput(policy => policy.Tag("posts"));
app.Run();

/// <summary>As applications do that warm their cache.</summary>
internal sealed class UsesTheCacheAtStartup(ITagCacheStore store) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var lookup = await store.GetAsync(new CacheEntryKey(CacheRegion.Output, "warm"), cancellationToken);
        Console.WriteLine($"Looked up at startup: {lookup.MissReason}"); // shows in the build's output
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
