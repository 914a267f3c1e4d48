namespace RedisTagCache.Engine;

/// <summary>The factories that run around the current flow of control, innermost first: one that asks for its own value must not wait for itself.</summary>
internal sealed class RunningFactory(TagCache cache, string name, RunningFactory? outer)
{
    private static readonly AsyncLocal<RunningFactory?> _current = new();
    private bool _isOver;

    /// <summary>Notes one, for the flow from here on.</summary>
    public static RunningFactory Begin(TagCache cache, string name) => _current.Value = new RunningFactory(cache, name, _current.Value?.Living());

    /// <summary>Whether the current flow is part of computing that value.</summary>
    public static bool IsComputing(TagCache cache, string name)
    {
        for (var running = _current.Value; running is not null; running = running.Outer())
        {
            if (running.IsOf(cache, name))
                return true;
        }

        return false;
    }

    /// <summary>What it has begun and left running may ask for the value as any other.</summary>
    public void End() => Volatile.Write(ref _isOver, true);

    private RunningFactory? Outer() => outer;

    private RunningFactory? Living() => Volatile.Read(ref _isOver) ? outer?.Living() : this;

    private bool IsOf(TagCache of, string named) => ReferenceEquals(cache, of) && name == named && !Volatile.Read(ref _isOver);
}
