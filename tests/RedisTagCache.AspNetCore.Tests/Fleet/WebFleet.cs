using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Four web applications on one Redis, each a process of its own, shared by tests that run one at a time and after those of the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WebFleet : ICollectionFixture<FleetMachine>, ICollectionFixture<WebFleet>, IAsyncLifetime
{
    public const string Name = "web fleet";
    public const int Size = 4;

    private readonly RedisFixture _redis = new();
    private readonly WebProcess[] _processes = new WebProcess[Size];

    /// <summary>Short, so that the tests of lost renderers are.</summary>
    public static TimeSpan LeaseDuration { get; } = TimeSpan.FromSeconds(2);

    internal IReadOnlyList<WebProcess> Processes => _processes;

    public async ValueTask InitializeAsync()
    {
        await _redis.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, Size).Select(StartAsync));
        await WarmUpAsync();
    }

    /// <summary>The name of a page that no other test has.</summary>
    internal static string NewId() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>The visitors of some processes ask for a page, all at once.</summary>
    internal async Task<Visit[]> VisitAsync(string path, int processes = Size, int visitors = 50, string headers = "", Func<int, string>? method = null)
    {
        var visits = new List<Task<Visit>>(processes * visitors);
        for (var i = 0; i < visitors; i++)
        {
            foreach (var process in _processes.AsSpan(0, processes))
                visits.Add(process.Visitors[i].VisitAsync(path, method?.Invoke(i) ?? "GET", headers));
        }

        return await Task.WhenAll(visits);
    }

    /// <summary>Which processes rendered a page, and when each rendering began.</summary>
    internal async Task<(int Process, long At)[]> RenderingsAsync(string path, string method = "GET")
    {
        var told = await _redis.Database.ListRangeAsync($"rendered:{method}:{path.Split('?')[0]}");
        return [.. told.Select(line => line.ToString().Split(' ')).Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)))];
    }

    /// <summary>A new process in place of one that was killed.</summary>
    internal async Task ReplaceAsync(int index)
    {
        await _processes[index].DisposeAsync();
        await StartAsync(index);
        await WarmUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.OfType<WebProcess>()) // not all, if one could not be started
            await process.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task StartAsync(int index) => _processes[index] = await WebProcess.StartAsync(_redis.ConnectionString, LeaseDuration);

    /// <summary>Has everything compiled, so that no test measures that.</summary>
    private async Task WarmUpAsync()
    {
        foreach (var kind in new[] { "page", "brief", "missing", "cookie", "nostore", "late-nostore", "throws", "error" })
        {
            var id = NewId();
            foreach (var cache in new[] { "plain", "cached", "cached" })
                await VisitAsync($"/{cache}/{kind}/{id}?takes=0", visitors: 100);
        }
    }
}
