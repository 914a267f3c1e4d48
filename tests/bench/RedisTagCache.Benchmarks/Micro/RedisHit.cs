using BenchmarkDotNet.Attributes;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>The value is in Redis, and not taken from memory.</summary>
public class RedisHit : LabBenchmark
{
    private const int Callers = 64;
    private readonly string[] _keys = [.. Enumerable.Range(0, Callers).Select(i => $"article:redis:{i}")];
    private readonly string[] _tags = Payload.Tags(3)!;

    [ParamsSource(nameof(Caches))]
    public string Cache { get; set; } = "";

    public static IEnumerable<string> Caches => Lab.Names;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync(Cache);
        await SixtyFourAsync();
        await Task.Delay(TimeSpan.FromSeconds(1)); // some write in the background
    }

    [Benchmark]
    public ValueTask<byte[]> OneAsync() => Contender.GetFromRedisAsync(_keys[0], _tags);

    [Benchmark(OperationsPerInvoke = Callers)]
    public Task SixtyFourAsync() => Task.WhenAll(_keys.Select(key => Contender.GetFromRedisAsync(key, _tags).AsTask()));
}
