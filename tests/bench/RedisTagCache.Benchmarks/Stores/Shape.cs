using System.Globalization;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>What is kept: payloads of one size with the same tags, under keys that are strings already.</summary>
internal sealed class Shape
{
    /// <summary>A multiple of all numbers of callers, so that no two of them ask for one key at the same time.</summary>
    private const int ManyKeys = 1_024;
    private const int FewKeys = 64;
    private const int Large = 64 * 1_024;

    public Shape(int size, int tags, string keyPrefix = "article")
    {
        Payload = new byte[size];
        new Random(size).NextBytes(Payload);
        Tags = [.. Enumerable.Range(0, tags).Select(i => string.Create(CultureInfo.InvariantCulture, $"category:{i}"))];
        Keys = [.. Enumerable.Range(0, size > Large ? FewKeys : ManyKeys).Select(i => string.Create(CultureInfo.InvariantCulture, $"{keyPrefix}:{size}:{tags}:{i}"))];
    }

    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(1);

    public byte[] Payload { get; }

    public string[] Tags { get; }

    public string[] Keys { get; }

    /// <summary>Throws unless this is the payload, as far as a length tells.</summary>
    public void Check(byte[]? found) => Check(found?.Length ?? -1);

    public void Check(long length)
    {
        if (length != Payload.Length)
            throw new InvalidOperationException($"{Payload.Length} bytes were expected, and {length} were found.");
    }
}
