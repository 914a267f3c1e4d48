using RedisTagCache.Benchmarks.Processes;

namespace RedisTagCache.Benchmarks.Http;

/// <summary>A web application with its clients.</summary>
internal sealed class SiteEntrant(Lab lab, SiteKind kind, int size, int clients, int pages)
{
    private readonly KeepAliveClient[] _clients = [.. Enumerable.Range(0, clients).Select(_ => new KeepAliveClient())];
    private readonly byte[][] _requests = [.. Enumerable.Range(0, pages).Select(page => KeepAliveClient.Request(FormattableString.Invariant($"/page/{size}/{page}")))];
    private ChildProcess? _process;

    /// <summary>Each client has pages of its own: output caching joins those who look for one page at the same time.</summary>
    public Entrant ToEntrant(string name) => new(name, Operation.Of(GetAsync, CheckHit), PrepareAsync) { StateAsync = StateAsync };

    private ValueTask<bool> GetAsync(int page) => _clients[page % clients].GetAsync(_requests[page]);

    private static void CheckHit(bool isHit)
    {
        if (!isHit)
            throw new InvalidOperationException("A page was expected to be cached.");
    }

    private async Task<ProcessState> StateAsync() => ProcessState.Parse(await _process!.AskAsync("state"));

    private async Task PrepareAsync()
    {
        _process = lab.Own(ChildProcess.Start("site", kind.ToString(), lab.ConnectionString));
        var port = new Uri(await _process.ReadAsync()).Port;
        foreach (var client in _clients)
            await lab.Own(client).ConnectAsync(port);
        for (var page = 0; page < pages; page++)
            await GetAsync(page);
    }
}
