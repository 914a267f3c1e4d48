namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>What a server has worked in a while.</summary>
/// <param name="Processor">In seconds.</param>
/// <param name="NetworkBytes">In and out.</param>
/// <param name="Commands">By name.</param>
internal sealed record ServerWork(double Processor, double NetworkBytes, IReadOnlyDictionary<string, CommandCount> Commands);
