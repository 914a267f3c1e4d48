namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>What one contender did in one round.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="Count">The calls.</param>
/// <param name="Bytes">What the process allocated.</param>
/// <param name="Processor">What the process worked, in seconds.</param>
/// <param name="Server">What the server did for it.</param>
internal sealed record Sample(double Seconds, long Count, long Bytes, double Processor, ServerWork Server)
{
    public double PerSecond => Count / Seconds;
}
