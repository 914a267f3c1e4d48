namespace RedisTagCache.Benchmarks.Contenders;

/// <summary>What the caches keep, 1 KB either way, and how often they had it computed.</summary>
internal static class Payload
{
    private static readonly string _text = new('x', 1024);
    private static readonly byte[] _bytes = [.. Enumerable.Range(0, 1024).Select(i => (byte)i)];
    private static int _computed;
    private static int _coldKeys;

    public static int Computed => Volatile.Read(ref _computed);

    /// <summary>A key that nobody has asked for.</summary>
    public static string NextColdKey() => $"article:cold:{Interlocked.Increment(ref _coldKeys)}";

    public static string Text()
    {
        Interlocked.Increment(ref _computed);
        return _text;
    }

    public static byte[] Bytes()
    {
        Interlocked.Increment(ref _computed);
        return _bytes;
    }

    public static string[]? Tags(int count) => count == 0 ? null : [.. Enumerable.Range(0, count).Select(i => $"category:{i}")];
}
