using BenchmarkDotNet.Attributes;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>The same by a key that is no string yet.</summary>
public class LocalHitBySpan : LabBenchmark
{
    private readonly char[] _key = "article:local".ToCharArray();
    private readonly string[]? _tags = Payload.Tags(3);

    [ParamsSource(nameof(Caches))]
    public string Cache { get; set; } = "";

    public static IEnumerable<string> Caches => [Lab.Names[0], Lab.Names[2]];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync(Cache);
        await Contender.GetBySpanAsync(_key, _tags);
    }

    [Benchmark]
    public ValueTask<string> GetAsync() => Contender.GetBySpanAsync(_key, _tags);
}
