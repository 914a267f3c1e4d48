namespace RedisTagCache.History.Faults;

/// <summary>The library that gives a process another clock. The package is called libfaketime.</summary>
internal static class FakeClock
{
    private static readonly string[] _folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime", "/usr/lib64/faketime"];

    public static string? Library { get; } = _folders.Select(folder => Path.Combine(folder, "libfaketime.so.1")).FirstOrDefault(File.Exists);

    /// <summary>The environment of a process whose clock is a minute behind.</summary>
    public static IReadOnlyDictionary<string, string> Behind() => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library!,
        ["FAKETIME"] = "-60s",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };
}
