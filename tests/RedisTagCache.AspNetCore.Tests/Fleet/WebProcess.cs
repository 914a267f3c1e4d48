using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>A web application as a process of its own, and visitors connected to it.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private const int MostVisitors = 100;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private Visitor[] _visitors = [];

    private WebProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Connected beforehand: opening a connection is not what is measured.</summary>
    public IReadOnlyList<Visitor> Visitors => _visitors;

    public int Id => _process.Id;

    public static async Task<WebProcess> StartAsync(string redis, TimeSpan leaseDuration, TimeSpan? operationTimeout = null, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { Repository.Program("tests", "support", "RedisTagCache.PageWorker"), redis, leaseDuration.ToString() }.Concat(more))
            start.ArgumentList.Add(argument);
        if (operationTimeout is not null)
            start.Environment["RedisTagCache__OperationTimeout"] = operationTimeout.ToString();
        start.Environment["DOTNET_TieredPGO"] = "0"; // many short lives on few processors
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        Assert.NotNull(address);
        var web = new WebProcess(process, new Uri(address));
        web._visitors = await Task.WhenAll(Enumerable.Range(0, MostVisitors).Select(_ => Visitor.ConnectAsync(web.Address)));
        return web;
    }

    /// <summary>Ends it as a power failure would.</summary>
    public void Kill()
    {
        using var kill = Process.Start("kill", ["-KILL", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var visitor in _visitors)
            visitor.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
