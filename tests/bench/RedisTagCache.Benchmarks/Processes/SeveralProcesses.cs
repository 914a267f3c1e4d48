using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Processes;

/// <summary>Gets and sets by several processes at once: what an instance keeps to itself does not help there.</summary>
internal static class SeveralProcesses
{
    private const int Processes = 4;
    private const int Callers = 16;
    private static readonly string[] _contenders = [StoreNames.Bare, StoreNames.OurStore, StoreNames.OurPages, StoreNames.MicrosoftPages, StoreNames.MicrosoftHybrid];

    public static IEnumerable<Scenario> All => [Create(isGet: true), Create(isGet: false)];

    private static Scenario Create(bool isGet) => new(
        $"{(isGet ? "Get" : "Set")}, 1 KB, 3 tags, {Processes} processes of {Callers} callers",
        Processes,
        StoreNames.Bare,
        lab => _contenders.Select(name => new WorkerEntrant(lab, name, isGet, Processes, Callers).ToEntrant()))
    {
        Keys = Processes,
        WarmUp = TimeSpan.FromSeconds(1),
        Turn = TimeSpan.FromSeconds(1),
    };
}
