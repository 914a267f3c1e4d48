namespace RedisTagCache.Model;

/// <summary>Whether all will be done, if no more faults happen and every step that remains possible is taken at some time: a state in which all is done can be reached from every state.</summary>
internal sealed class Progress
{
    private readonly Dictionary<UInt128, int> _states = [];
    private readonly List<(int From, int To)> _steps = [];
    private readonly List<int> _settled = [];

    public void Add(UInt128 state) => _states.Add(state, _states.Count);

    public void AddStep(int from, UInt128 to) => _steps.Add((from, _states[to]));

    public void AddSettled(int state) => _settled.Add(state);

    /// <summary>Finds the first state from which none can be reached in which all is done; -1 if there is none.</summary>
    public int FindStuck()
    {
        var (first, origins) = Reverse();
        var isLed = new bool[_states.Count];
        var open = new Stack<int>(_settled);
        foreach (var state in _settled)
            isLed[state] = true;
        while (open.TryPop(out var state))
        {
            foreach (var origin in origins.AsSpan(first[state]..first[state + 1]))
            {
                if (isLed[origin])
                    continue;
                isLed[origin] = true;
                open.Push(origin);
            }
        }

        return Array.IndexOf(isLed, false);
    }

    /// <summary>The states before each state, in one array, and where those of each state begin.</summary>
    private (int[] First, int[] Origins) Reverse()
    {
        var first = new int[_states.Count + 1];
        foreach (var (_, to) in _steps)
            first[to + 1]++;
        for (var state = 0; state < _states.Count; state++)
            first[state + 1] += first[state];
        var next = first[..^1];
        var origins = new int[_steps.Count];
        foreach (var (from, to) in _steps)
            origins[next[to]++] = from;
        return (first, origins);
    }
}
