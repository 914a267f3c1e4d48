using BenchmarkDotNet.Attributes;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>The value is nowhere: it is computed at once, and kept.</summary>
public class MissAndFactory : LabBenchmark
{
    private readonly string[]? _tags = Payload.Tags(3);

    [ParamsSource(nameof(Caches))]
    public string Cache { get; set; } = "";

    public static IEnumerable<string> Caches => Lab.Names[..5];

    [GlobalSetup]
    public Task SetUpAsync() => StartAsync(Cache);

    [Benchmark]
    public ValueTask<string> GetAsync() => Contender.GetAsync(Payload.NextColdKey(), _tags);
}
