namespace RedisTagCache.Benchmarks.Http;

/// <summary>Pages that are cached already, asked for over connections that stay open.</summary>
internal static class PageHits
{
    public const string Memory = "ASP.NET output caching in memory";
    public const string Microsoft = "Microsoft output caching in Redis";
    public const string Ours = "RedisTagCache output caching, LocalCacheBytes 64 MB";
    public const string OursWithoutCopies = "RedisTagCache output caching, LocalCacheBytes 0";
    private const int Clients = 32;
    private const int Pages = 64;

    public static int[] Sizes { get; } = [2 * 1_024, 16 * 1_024];

    public static IEnumerable<Scenario> All => Sizes.Select(Create);

    public static string Name(int size) => $"HTTP hit, page of {Size.Text(size)}, {Clients} connections";

    private static Scenario Create(int size) => new(Name(size), Clients, Memory, lab =>
    [
        Enter(lab, Memory, SiteKind.Memory, size),
        Enter(lab, Microsoft, SiteKind.Microsoft, size),
        Enter(lab, Ours, SiteKind.Ours, size),
        Enter(lab, OursWithoutCopies, SiteKind.OursWithoutCopies, size),
    ])
    {
        Keys = Pages,
        WarmUp = TimeSpan.FromSeconds(6),
        Turn = TimeSpan.FromSeconds(0.7),
    };

    private static Entrant Enter(Lab lab, string name, SiteKind kind, int size) => new SiteEntrant(lab, kind, size, Clients, Pages).ToEntrant(name);
}
