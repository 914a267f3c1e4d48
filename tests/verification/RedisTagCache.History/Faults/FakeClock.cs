using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Faults;

/// <summary>The library that gives a process another clock, which comes with the package libfaketime.</summary>
/// <remarks>
/// It and the allocator of redis-server, jemalloc, deadlock when they start. So malloc is taken from glibc, by its library for
/// looking into malloc, which is preloaded first and changes nothing when it is not told to.
/// </remarks>
internal static class FakeClock
{
    private static readonly string[] _folders = ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    private static readonly string? _clock = Find("faketime/libfaketime.so.1");
    private static readonly string? _malloc = Find("libc_malloc_debug.so.0");

    public static bool IsInstalled => _clock is not null && _malloc is not null && RedisServer.IsTheMachines;

    /// <summary>The environment of a process whose clock is a minute behind.</summary>
    public static IReadOnlyDictionary<string, string> Behind() => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = $"{_malloc} {_clock}",
        ["FAKETIME"] = "-60s",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    /// <summary>Removes what the library keeps for a process, and leaves when that is killed.</summary>
    public static void Forget(int process)
    {
        File.Delete($"/dev/shm/faketime_shm_{process}");
        File.Delete($"/dev/shm/sem.faketime_sem_{process}");
    }

    private static string? Find(string file) => _folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
