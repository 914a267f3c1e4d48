namespace RedisTagCache.Model;

/// <summary>The memory of an exploration. The next one uses it again, unless the garbage collector has taken it: new memory costs more than the exploration of a state.</summary>
internal sealed class Visited
{
    private static WeakReference<Visited>? _spare;

    public StateSet States { get; } = new();

    /// <summary>For each state in the order of their discovery, the state before it and the move between them.</summary>
    public List<(int From, Move By)> Ways { get; } = [];

    public Level Level { get; } = new();

    public Level Next { get; } = new();

    public static Visited Take() => Interlocked.Exchange(ref _spare, null) is { } spare && spare.TryGetTarget(out var visited) ? visited : new Visited();

    public void Leave()
    {
        States.Clear();
        Ways.Clear();
        Volatile.Write(ref _spare, new WeakReference<Visited>(this));
    }
}
