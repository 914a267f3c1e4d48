using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RedisTagCache.Soak.Web;

/// <summary>What a web process printed: kept in a file, with its warnings and errors counted by event.</summary>
internal sealed partial class WebLog(string file) : IDisposable
{
    private readonly StreamWriter _file = new(file) { AutoFlush = true };
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, int> _events = new(StringComparer.Ordinal);

    /// <summary>Raised when the eviction after a response was not confirmed, which the response does not tell.</summary>
    public event Action? EvictionFailed;

    public IReadOnlyDictionary<string, int> Events => _events;

    public void Line(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_lock) _file.WriteLine(line.Data);
        if (Event().Match(line.Data) is not { Success: true } match) return;
        _events.AddOrUpdate(match.Value, 1, static (_, count) => count + 1);
        if (match.Groups["id"].Value == "71") EvictionFailed?.Invoke();
    }

    public void Dispose()
    {
        lock (_lock) _file.Dispose();
    }

    [GeneratedRegex(@"^(warn|fail|crit): [\w.]+\[(?<id>\d+)\]$")]
    private static partial Regex Event();
}
