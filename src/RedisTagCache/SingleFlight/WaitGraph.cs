namespace RedisTagCache.SingleFlight;

/// <summary>Which values' factories wait, in this process, for which other values: none may wait for itself by way of others.</summary>
internal sealed class WaitGraph
{
    private readonly Dictionary<string, List<string>> _waits = new(StringComparer.Ordinal);

    /// <summary>Notes that factories wait for a value. Returns false if that value waits for one of their own.</summary>
    public bool TryBegin(HashSet<string> factories, string target)
    {
        lock (_waits)
        {
            if (Reaches(target, factories))
                return false;
            foreach (var factory in factories)
            {
                if (!_waits.TryGetValue(factory, out var targets))
                    _waits.Add(factory, targets = []);
                targets.Add(target);
            }

            return true;
        }
    }

    public void End(HashSet<string> factories, string target)
    {
        lock (_waits)
        {
            foreach (var factory in factories)
            {
                if (_waits.TryGetValue(factory, out var targets) && targets.Remove(target) && targets.Count == 0)
                    _waits.Remove(factory);
            }
        }
    }

    private bool Reaches(string from, HashSet<string> wanted)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal) { from }, new Stack<string>([from]));
        while (next.TryPop(out var name))
        {
            if (wanted.Contains(name))
                return true;
            foreach (var target in _waits.GetValueOrDefault(name) ?? [])
            {
                if (seen.Add(target))
                    next.Push(target);
            }
        }

        return false;
    }
}
