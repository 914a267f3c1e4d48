using RedisTagCache.Invalidation;

namespace RedisTagCache.Caching;

/// <summary>Computes a value, in whatever shape the caller has it.</summary>
internal abstract class ValueFactory<T>
{
    public abstract ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken);
}

/// <summary>The shape of <c>HybridCache</c>.</summary>
internal sealed class PlainFactory<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> factory) : ValueFactory<T>
{
    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => factory(state, cancellationToken);
}

/// <summary>The shape of <see cref="ITagCache"/>.</summary>
internal sealed class ContextFactory<TState, T>(TState state, Func<TState, CacheContext, CancellationToken, ValueTask<T>> factory) : ValueFactory<T>
{
    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => factory(state, context, cancellationToken);
}

/// <summary>For calls that compute nothing.</summary>
internal sealed class NoFactory<T> : ValueFactory<T>
{
    public static NoFactory<T> Instance { get; } = new();

    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("This call computes nothing.");
}

/// <summary>The factories that run around the current flow of control, innermost first: one that asks for its own value must not wait for itself.</summary>
internal sealed class RunningFactory
{
    private static readonly AsyncLocal<RunningFactory?> _current = new();

    private readonly TagCache _cache;
    private readonly string _name;
    private readonly CacheMoment _moment;
    private readonly long _since;
    private readonly CancellationToken _token;
    private readonly RunningFactory? _outer;
    private bool _isOver;

    private RunningFactory(TagCache cache, string name, CacheMoment moment, long since, RunningFactory? outer, CancellationToken token)
    {
        _cache = cache;
        _name = name;
        _moment = moment;
        _since = since;
        _token = token;
        _outer = outer;
    }

    /// <summary>Gets the token of the innermost factory. If it is canceled, no caller waits for what the factory asks for.</summary>
    public static CancellationToken Token => _current.Value?.Living()?._token ?? default;

    /// <summary>Notes one, for the flow from here on.</summary>
    /// <param name="cache">The cache that runs it.</param>
    /// <param name="name">Its value.</param>
    /// <param name="moment">What was known of evictions before it began to read.</param>
    /// <param name="since">The time stamp now.</param>
    /// <param name="token">The one that it was given.</param>
    public static RunningFactory Begin(TagCache cache, string name, CacheMoment moment, long since, CancellationToken token) =>
        _current.Value = new RunningFactory(cache, name, moment, since, _current.Value?.Living(), token);

    /// <summary>How often the current flow is part of computing that value.</summary>
    public static int CountComputing(TagCache cache, string name)
    {
        var count = 0;
        for (var running = _current.Value; running is not null; running = running._outer)
            count += running.IsOf(cache) && running._name == name ? 1 : 0;
        return count;
    }

    /// <summary>The values that the current flow is part of computing; nothing when there are none.</summary>
    public static HashSet<string>? NamesOf(TagCache cache)
    {
        HashSet<string>? names = null;
        for (var running = _current.Value; running is not null; running = running._outer)
        {
            if (running.IsOf(cache))
                (names ??= new HashSet<string>(StringComparer.Ordinal)).Add(running._name);
        }

        return names;
    }

    /// <summary>The moment of the innermost.</summary>
    /// <param name="cache">The cache that runs them.</param>
    /// <param name="oldest">The time stamp before which one began that does not count any more.</param>
    public static CacheMoment? MomentOf(TagCache cache, long oldest)
    {
        for (var running = _current.Value; running is not null; running = running._outer)
        {
            if (running.IsOf(cache) && running._since >= oldest)
                return running._moment;
        }

        return null;
    }

    /// <summary>What it has started and left running may ask for the value as any other.</summary>
    public void End() => Volatile.Write(ref _isOver, true);

    private RunningFactory? Living() => Volatile.Read(ref _isOver) ? _outer?.Living() : this;

    private bool IsOf(TagCache of) => ReferenceEquals(_cache, of) && !Volatile.Read(ref _isOver);
}

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
