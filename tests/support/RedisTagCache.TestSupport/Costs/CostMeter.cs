using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Xunit;

namespace RedisTagCache.TestSupport.Costs;

/// <summary>Counts what calls cost an instance on a server of their own, in things that a busy machine does not change.</summary>
public sealed class CostMeter : IAsyncDisposable
{
    private const int Calls = 500;
    private const int FewCalls = 100;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _trip = TimeSpan.FromMilliseconds(60);
    private readonly RedisServer _server;
    private readonly SlowLink _link;
    private readonly ConnectionMultiplexer _watch;

    private CostMeter(RedisServer server, ConnectionMultiplexer watch, Action<RedisTagCacheOptions>? configure, Action<IServiceCollection>? services)
    {
        (_server, _watch) = (server, watch);
        _link = SlowLink.Start(server.ConnectionString);
        Near = Instance.Create(server.ConnectionString, configure, services);
        Far = Instance.Create(_link.ConnectionString, configure, services);
    }

    /// <summary>The instance whose allocations are counted.</summary>
    private Instance Near { get; }

    /// <summary>The instance whose waits are counted.</summary>
    private Instance Far { get; }

    public static async Task<CostMeter> StartAsync(Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var server = await RedisServer.StartAsync();
        return new CostMeter(server, await server.ConnectAsync(), configure, services);
    }

    /// <summary>Fails when a call allocates more than the bound, or does not send and wait exactly as it says.</summary>
    /// <param name="bound">What a call may cost.</param>
    /// <param name="prepareAsync">Gives the call of an instance, after all that has to be there first.</param>
    public async Task AssertAsync(OperationCost bound, Func<Instance, Task<Func<Task>>> prepareAsync)
    {
        var measured = new OperationCost(
            await BytesAsync(await prepareAsync(Near), bound.Bytes),
            await RoundTripsAsync(await prepareAsync(Far)),
            await CommandsAsync(await prepareAsync(Near)));
        TestContext.Current.TestOutputHelper?.WriteLine(measured.ToString());

        Assert.True(measured.Bytes <= bound.Bytes, $"A call allocates {measured.Bytes} B; the bound is {bound.Bytes} B.");
        Assert.Equal((RedisServer.IsEmbedded ? bound.WithoutScripts() : bound) with { Bytes = measured.Bytes }, measured);
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        await Far.DisposeAsync();
        await _watch.DisposeAsync();
        await _link.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The least of several short runs, since what the background does comes on top now and then, and so does what could not be taken from a pool because its thread was another.</summary>
    private static async Task<long> BytesAsync(Func<Task> call, long bound)
    {
        for (var i = 0; i < 2 * Calls; i++)
            await call(); // connected, compiled, buffers pooled
        var least = long.MaxValue;
        var watch = Stopwatch.StartNew();
        do
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < FewCalls; i++)
                await call();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / FewCalls);
        }
        while (least > bound && watch.Elapsed < _patience);
        return least;
    }

    /// <summary>In how many delays of an answer a call takes, at best.</summary>
    private async Task<int> RoundTripsAsync(Func<Task> call)
    {
        await call(); // connected
        _link.Delay = _trip;
        var least = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await call();
            var took = Stopwatch.GetElapsedTime(start);
            least = took < least ? took : least;
        }

        _link.Delay = TimeSpan.Zero;
        return (int)(least / _trip); // the link never answers earlier
    }

    private async Task<string> CommandsAsync(Func<Task> call)
    {
        var before = await CountsAsync();
        for (var i = 0; i < Calls; i++)
            await call();
        var each = (await CountsAsync())
            .Select(now => (now.Key, Times: (int)Math.Round((now.Value - before.GetValueOrDefault(now.Key)) / (double)Calls)))
            .Where(command => command.Times > 0); // what the background sends is rarer
        return string.Join(", ", each.OrderBy(command => command.Key, StringComparer.Ordinal).Select(command => $"{command.Key} {command.Times}"));
    }

    private async Task<Dictionary<string, long>> CountsAsync() =>
        (await _watch.GetServers()[0].InfoAsync("commandstats")).SelectMany(group => group)
            .ToDictionary(command => command.Key["cmdstat_".Length..], command => long.Parse(command.Value.Split(',')[0].Split('=')[1], CultureInfo.InvariantCulture));
}
