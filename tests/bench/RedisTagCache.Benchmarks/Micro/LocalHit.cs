using BenchmarkDotNet.Attributes;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>The value is in the memory of the instance.</summary>
public class LocalHit : LabBenchmark
{
    private const string Key = "article:local";
    private string[]? _tags;

    [ParamsSource(nameof(Caches))]
    public string Cache { get; set; } = "";

    [Params(0, 3, 10)]
    public int Tags { get; set; }

    public static IEnumerable<string> Caches => Lab.Names[..4];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync(Cache);
        _tags = Payload.Tags(Tags);
        await Contender.GetAsync(Key, _tags);
    }

    [Benchmark]
    public ValueTask<string> GetAsync() => Contender.GetAsync(Key, _tags);
}
