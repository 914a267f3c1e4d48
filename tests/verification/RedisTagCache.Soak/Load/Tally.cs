using System.Collections.Concurrent;

namespace RedisTagCache.Soak.Load;

/// <summary>All that is counted. Its size does not depend on how much that is.</summary>
internal sealed class Tally
{
    private const int IncidentsKept = 50;

    public Counter Requests { get; } = new();

    public Counter Failed { get; } = new();

    /// <summary>Requests to a web process that the soak had killed.</summary>
    public Counter Excluded { get; } = new();

    public Counter Hits { get; } = new();

    public Counter Stale { get; } = new();

    public Counter Misses { get; } = new();

    public Counter EditsConfirmed { get; } = new();

    public Counter EditsUnconfirmed { get; } = new();

    /// <summary>Those of <see cref="EditsUnconfirmed"/> that no fault explains.</summary>
    public Counter EditsUnconfirmedInQuiet { get; } = new();

    /// <summary>Edits that looked confirmed, while the log said that an eviction was not.</summary>
    public Counter EditsWithdrawn { get; } = new();

    public Counter Checks { get; } = new();

    public Counter ChecksAfterEdit { get; } = new();

    public Counter Violations { get; } = new();

    public Latencies Pages { get; } = new();

    /// <summary>The pages that wait for the names in the news.</summary>
    public Latencies Computed { get; } = new();

    /// <summary>What failed or was violated first, in words.</summary>
    public ConcurrentQueue<string> Incidents { get; } = [];

    public double? HitRatio => Hits.Value + Stale.Value + Misses.Value is > 0 and var all ? (double)(Hits.Value + Stale.Value) / all : null;

    public void Note(string incident)
    {
        if (Incidents.Count < IncidentsKept) Incidents.Enqueue(incident);
    }
}
