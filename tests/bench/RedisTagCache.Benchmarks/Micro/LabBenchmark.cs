using BenchmarkDotNet.Attributes;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>What the benchmarks run by BenchmarkDotNet share.</summary>
[MemoryDiagnoser]
public abstract class LabBenchmark
{
    private Lab? _lab;

    private protected Contender Contender { get; private set; } = null!;

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _lab!.DisposeAsync();

    private protected async Task StartAsync(string name)
    {
        _lab = await Lab.StartAsync();
        Contender = _lab.Contenders.Single(contender => contender.Name == name);
    }
}
