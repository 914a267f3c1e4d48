namespace RedisTagCache.Invalidation;

/// <summary>The callers in this process that wait until another instance has computed a value.</summary>
internal sealed class Waiters
{
    private readonly Dictionary<string, Waiting> _byName = new(StringComparer.Ordinal);

    /// <summary>Gets how many wait, for whatever name.</summary>
    public int Count
    {
        get
        {
            lock (_byName)
                return _byName.Values.Sum(static waiting => waiting.Count);
        }
    }

    /// <summary>Gets whether nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_byName)
                return _byName.Count == 0;
        }
    }

    /// <summary>Begins to listen for a name. Do so before you ask, so that nothing comes in between.</summary>
    public Waiting Listen(string name)
    {
        lock (_byName)
        {
            if (!_byName.TryGetValue(name, out var waiting))
                _byName.Add(name, waiting = new Waiting(this, name));
            waiting.Count++;
            return waiting;
        }
    }

    /// <param name="name">The name.</param>
    /// <param name="isPassed">Whether no caller needs to wait any more, because the value is not stored.</param>
    public void Wake(string name, bool isPassed = false)
    {
        Waiting? waiting;
        lock (_byName)
            _byName.Remove(name, out waiting);
        waiting?.Wake(isPassed);
    }

    private void Stop(Waiting waiting)
    {
        lock (_byName)
        {
            if (--waiting.Count == 0 && _byName.GetValueOrDefault(waiting.Name) == waiting)
                _byName.Remove(waiting.Name);
        }
    }

    /// <summary>The callers that wait for a name until it is woken. A caller stops waiting by disposing its wait.</summary>
    internal sealed class Waiting(Waiters waiters, string name) : IDisposable
    {
        private readonly TaskCompletionSource<bool> _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public int Count { get; set; }

        /// <summary>Completes when the name is woken: true when nobody needs to wait any more.</summary>
        public Task<bool> Woken => _woken.Task;

        public void Wake(bool isPassed) => _woken.TrySetResult(isPassed);

        public void Dispose() => waiters.Stop(this);
    }
}
