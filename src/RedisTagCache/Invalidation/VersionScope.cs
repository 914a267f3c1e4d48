namespace RedisTagCache.Invalidation;

/// <summary>
/// A flow of control in which values count as started no later than a moment, since they may be made of what was read from then on. It ends when it is
/// disposed, also for work that it left running.
/// </summary>
internal sealed class VersionScope : IDisposable
{
    private static readonly AsyncLocal<VersionScope?> _current = new();

    private readonly CacheMoment _moment;
    private readonly long _since;
    private readonly VersionScope? _outer;
    private bool _isOver;

    private VersionScope(CacheMoment moment, long since, VersionScope? outer)
    {
        _moment = moment;
        _since = since;
        _outer = outer;
    }

    /// <summary>Begins one, for the flow from here on.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="since">The time stamp now.</param>
    public static VersionScope Begin(CacheMoment moment, long since) => _current.Value = new VersionScope(moment, since, _current.Value);

    /// <summary>The moment of the outermost scope around the current flow that has not ended; nothing when there is none.</summary>
    /// <param name="cache">The cache that asks. There may be several in a process.</param>
    /// <param name="oldest">The time stamp before which a scope began that does not count any more.</param>
    public static CacheMoment? Find(object cache, long oldest)
    {
        CacheMoment? found = null;
        for (var scope = _current.Value; scope is not null; scope = scope._outer)
        {
            if (!Volatile.Read(ref scope._isOver) && scope._since >= oldest && scope._moment.IsOf(cache))
                found = scope._moment;
        }

        return found;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        if (_current.Value == this)
            _current.Value = _outer;
    }
}
