namespace RedisTagCache.Diagnostics.Counters;

/// <summary>Counts by a few names that are known from the start.</summary>
internal sealed class NamedCounts(params string[] names)
{
    private readonly long[] _counts = new long[names.Length];

    public long this[string name] => Interlocked.Read(ref _counts[Array.IndexOf(names, name)]);

    public void Add(string name, long count = 1) => Interlocked.Add(ref _counts[Array.IndexOf(names, name)], count);
}
