namespace RedisTagCache.Benchmarks.Native;

/// <summary>One start of a program.</summary>
/// <param name="Milliseconds">From the start of the process to its first answer.</param>
/// <param name="Megabytes">The memory that it then takes. Nothing if it has ended.</param>
/// <param name="IsCached">Whether the answer came from Redis.</param>
internal readonly record struct ProgramStart(double Milliseconds, double? Megabytes, bool IsCached);
