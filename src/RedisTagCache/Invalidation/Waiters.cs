namespace RedisTagCache.Invalidation;

/// <summary>
/// The callers in this process that wait until another instance has computed a value, by a hash of its name. Two values that share one wake each other's
/// callers, which then look again.
/// </summary>
internal sealed class Waiters
{
    private readonly Dictionary<ulong, Waiting> _byHash = [];

    /// <summary>Gets how many wait, for whatever value.</summary>
    public int Count
    {
        get
        {
            lock (_byHash)
                return _byHash.Values.Sum(static waiting => waiting.Count);
        }
    }

    /// <summary>Gets whether nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_byHash)
                return _byHash.Count == 0;
        }
    }

    /// <summary>Begins to listen for a value. Do so before you ask, so that nothing comes in between.</summary>
    /// <param name="hash">The hash of its name.</param>
    public Waiting Listen(ulong hash)
    {
        lock (_byHash)
        {
            if (!_byHash.TryGetValue(hash, out var waiting))
                _byHash.Add(hash, waiting = new Waiting(this, hash));
            waiting.Count++;
            return waiting;
        }
    }

    /// <param name="hash">The hash of the value's name.</param>
    /// <param name="isPassed">Whether no caller needs to wait any more, because the value is not stored.</param>
    public void Wake(ulong hash, bool isPassed = false)
    {
        Waiting? waiting;
        lock (_byHash)
            _byHash.Remove(hash, out waiting);
        waiting?.Wake(isPassed);
    }

    private void Stop(Waiting waiting)
    {
        lock (_byHash)
        {
            if (--waiting.Count == 0 && _byHash.GetValueOrDefault(waiting.Hash) == waiting)
                _byHash.Remove(waiting.Hash);
        }
    }

    /// <summary>The callers that wait for a value until they are woken. A caller stops waiting by disposing its wait.</summary>
    internal sealed class Waiting(Waiters waiters, ulong hash) : IDisposable
    {
        private TaskCompletionSource<bool>? _woken; // most callers are granted what they ask for, and wait for nobody

        public ulong Hash => hash;

        public int Count { get; set; }

        /// <summary>Completes when the callers are woken: true when nobody needs to wait any more.</summary>
        public Task<bool> Woken => Source.Task;

        private TaskCompletionSource<bool> Source =>
            Volatile.Read(ref _woken) ?? Interlocked.CompareExchange(ref _woken, new(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _woken;

        public void Wake(bool isPassed) => Source.TrySetResult(isPassed);

        public void Dispose() => waiters.Stop(this);
    }
}
