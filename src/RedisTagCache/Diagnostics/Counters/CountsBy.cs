using System.Runtime.CompilerServices;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>Counts by the values of an enumeration, which begins at zero and has no gaps.</summary>
internal sealed class CountsBy<T>
    where T : struct, Enum
{
    private readonly long[] _counts = new long[Enum.GetValues<T>().Length];

    public long this[T value] => Interlocked.Read(ref _counts[Unsafe.BitCast<T, int>(value)]);

    public void Add(T value, long count = 1) => Interlocked.Add(ref _counts[Unsafe.BitCast<T, int>(value)], count);
}
