using Microsoft.Extensions.Caching.Hybrid;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>A design under test.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="StartAsync">Starts an instance on a server.</param>
/// <param name="Bookkeeping">The keys, other than entries, in which it keeps what a tag needs.</param>
internal sealed record PeerDesign(string Name, Func<string, Task<IPeer>> StartAsync, Func<string, string[]> Bookkeeping)
{
    private static readonly Func<string, string[]> _ours = static _ => ["{rtc:0}:epoch", "{rtc:0}:marks"];
    private static readonly Func<string, string[]> _fusion = static tag => ["v2:__fc:t:" + tag];
    private static readonly Func<string, string[]> _hybrid = static tag => ["__MSFT_HCT__" + tag];

    public static PeerDesign Ours { get; } = new("RedisTagCache, store", Start(static s => new StorePeer(s)), _ours);

    public static PeerDesign OursWithCopies { get; } = new("RedisTagCache, HybridCache", Start(HybridPeer.OfThisLibrary), _ours);

    public static PeerDesign OutputCache { get; } = new("ASP.NET Core output cache", Start(static s => new OutputCachePeer(s)), static tag => ["__MSOCT_" + tag]);

    public static PeerDesign Members { get; } = new("index of members", static async s => new MembersPeer(await ConnectionMultiplexer.ConnectAsync(s)), static tag => ["t:" + tag]);

    public static PeerDesign Control { get; } = new("(control: forgetful)", static async s => new ForgetfulPeer(await ConnectionMultiplexer.ConnectAsync(s)), static _ => ["none"]);

    public static PeerDesign Fusion { get; } = new("FusionCache", Start(static s => new FusionPeer(s)), _fusion);

    public static PeerDesign Hybrid { get; } = new("Microsoft HybridCache", Start(static s => HybridPeer.OfMicrosoft(s)), _hybrid);

    public static IReadOnlyList<PeerDesign> All { get; } =
    [
        Ours,
        OursWithCopies,
        OutputCache,
        Members,
        Fusion,
        new("FusionCache, backplane", Start(static s => new FusionPeer(s, hasBackplane: true)), _fusion),
        new("FusionCache, memory skipped", Start(static s => new FusionPeer(s, skipMemory: true)), _fusion),
        Hybrid,
        new("Microsoft HybridCache, memory skipped", Start(static s => HybridPeer.OfMicrosoft(s, HybridCacheEntryFlags.DisableLocalCache)), _hybrid),
        Control,
    ];

    private static Func<string, Task<IPeer>> Start(Func<string, IPeer> create) => s => Task.FromResult(create(s));
}
