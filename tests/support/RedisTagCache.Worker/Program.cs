using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache;
using RedisTagCache.Worker;
using StackExchange.Redis;

// Arguments: a connection string, the duration of leases, how many own copies are kept, and the timeout of operations, empty for the default. It ends when its input ends.
var services = new ServiceCollection();
services.AddRedisTagCache(options =>
{
    options.Configuration = args[0];
    options.LeaseDuration = TimeSpan.Parse(args[1], CultureInfo.InvariantCulture);
    options.LocalCacheEntries = int.Parse(args[2], CultureInfo.InvariantCulture);
    options.BuildNamespace = "test";
    if (args[3].Length > 0)
        options.OperationTimeout = TimeSpan.Parse(args[3], CultureInfo.InvariantCulture);
});
await using var provider = services.BuildServiceProvider();
await using var plain = await ConnectionMultiplexer.ConnectAsync(args[0]);

var output = new Lock();
var callers = new Callers(provider.GetRequiredService<ITagCache>(), provider.GetRequiredService<HybridCache>(), provider.GetRequiredService<ITagCacheStore>(), plain.GetDatabase(), Say);
Say(new Answer(0, Stage.Ready, Stopwatch.GetTimestamp()));
while (await Console.In.ReadLineAsync() is { } line)
    _ = Task.Run(() => callers.RunAsync(JsonSerializer.Deserialize(line, ProtocolJson.Default.Command)!));

void Say(Answer answer)
{
    var line = JsonSerializer.Serialize(answer, ProtocolJson.Default.Answer);
    lock (output)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
