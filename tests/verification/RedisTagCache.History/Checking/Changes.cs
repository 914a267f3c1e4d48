using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;

namespace RedisTagCache.History.Checking;

/// <summary>All that a read is judged by, from all processes.</summary>
internal sealed class Changes
{
    private readonly ChangeLog[] _evictions = [.. Enumerable.Range(0, Plan.Tags).Select(_ => new ChangeLog())];
    private readonly ChangeLog[] _expiries = [.. Enumerable.Range(0, Plan.Tags).Select(_ => new ChangeLog())];
    private readonly ChangeLog[] _removals = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new ChangeLog())];
    private readonly VersionLog[] _versions = [.. Enumerable.Range(0, Plan.Keys).Select(_ => new VersionLog())];
    private readonly Dictionary<WorkerId, List<(long End, long Start)>> _unanswered = [];
    private readonly HashSet<(int Key, long StartedAt)> _firstSets = [];
    private readonly Dictionary<(int Key, long StartedAt), long> _setEnds = [];
    private readonly ChangeLog[][] _hard;
    private readonly ChangeLog[][] _soft;

    private Changes()
    {
        _hard = [.. Enumerable.Range(0, Plan.Keys).Select(key => LogsOf(key, _evictions).Append(_removals[key]).ToArray())];
        _soft = [.. Enumerable.Range(0, Plan.Keys).Select(key => LogsOf(key, _expiries).ToArray())];
    }

    public static Changes Of(IReadOnlyList<IHistory> histories)
    {
        var changes = new Changes();
        foreach (var history in histories)
        {
            var answered = new long[Plan.Caches];
            Array.Fill(answered, long.MaxValue);
            foreach (var operation in history.Read().Where(IsAnswered))
                answered[Plan.CacheOf(operation.Target)] = Math.Min(answered[Plan.CacheOf(operation.Target)], operation.End);
            foreach (var operation in history.Read())
            {
                changes.Add(history.Worker, operation);
                if (operation.Kind == Kind.Set && operation.Start < answered[Plan.CacheOf(operation.Target)])
                    changes._firstSets.Add((operation.Target, operation.Start));
            }
        }

        foreach (var log in changes._evictions.Concat(changes._expiries).Concat(changes._removals))
            log.Freeze();
        foreach (var log in changes._versions)
            log.Freeze();
        foreach (var unanswered in changes._unanswered.Values)
            unanswered.Sort();
        return changes;
    }

    /// <summary>What ends the values of a key: the evictions of its tags, and its removals.</summary>
    public ReadOnlySpan<ChangeLog> Hard(int key) => _hard[key];

    /// <summary>What makes them stale.</summary>
    public ReadOnlySpan<ChangeLog> Soft(int key) => _soft[key];

    public VersionLog Versions(int key) => _versions[key];

    /// <summary>Whether a value was set before its instance had heard of Redis for the first time.</summary>
    public bool IsFirstSet(in Operation read) => read.IsSet && _firstSets.Contains((read.Target, read.StartedAt));

    /// <summary>When the call had returned that set a value; nothing if that is not known, because its process was killed.</summary>
    public long? SetEnd(in Operation read) => _setEnds.TryGetValue((read.Target, read.StartedAt), out var end) ? end : null;

    /// <summary>Whether Redis did not answer a lookup of that worker within a time.</summary>
    public bool WasUnanswered(WorkerId worker, long from, long until)
    {
        if (!_unanswered.TryGetValue(worker, out var unanswered))
            return false;
        var index = unanswered.BinarySearch((from, 0));
        for (var i = index < 0 ? ~index : index; i < unanswered.Count && unanswered[i].End < until + Exceptions.Ticks(Exceptions.MaxWait); i++)
        {
            if (unanswered[i].Start <= until)
                return true;
        }

        return false;
    }

    private static IEnumerable<ChangeLog> LogsOf(int key, ChangeLog[] byTag) => Plan.AllTagsOf(key).Select(tag => byTag[tag]);

    /// <summary>Whether Redis has answered. A lookup that finds nothing says why it did not for pages alone.</summary>
    private static bool IsAnswered(Operation operation) => operation.Kind == Kind.ReadRedis && operation.Outcome switch
    {
        Outcome.Nothing => Plan.UseOf(operation.Target) == KeyUse.Page,
        Outcome.Value => Plan.UseOf(operation.Target) == KeyUse.Bytes, // a value may just have been computed
        Outcome.Fresh or Outcome.Stale or Outcome.Foreign => true,
        _ => false,
    };

    private void Add(WorkerId worker, in Operation operation)
    {
        if (operation.Kind == Kind.Raise)
            _versions[operation.Target].Add(operation.End, operation.Version);
        if (operation.Kind == Kind.Set)
            _setEnds[(operation.Target, operation.StartedAt)] = Math.Max(operation.End, _setEnds.GetValueOrDefault((operation.Target, operation.StartedAt)));
        if (operation.Outcome == Outcome.Unavailable)
        {
            if (!_unanswered.TryGetValue(worker, out var unanswered))
                _unanswered[worker] = unanswered = [];
            unanswered.Add((operation.End, operation.Start));
        }

        if (operation.Outcome != Outcome.Done)
            return; // what threw promises nothing
        var log = operation.Kind switch
        {
            Kind.Evict => _evictions[operation.Target],
            Kind.Expire => _expiries[operation.Target],
            Kind.Remove => _removals[operation.Target],
            _ => null,
        };
        log?.Add(new Change(operation.Kind, operation.Target, operation.Start, operation.End, worker));
    }
}
