using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// The callers in this process that wait until another instance has computed a value, by a hash of its name. If callers wait for two values that share a hash,
/// those of the second one are not woken: they look again after a pause, as after a message that was lost.
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

    private bool IsEmpty
    {
        get
        {
            lock (_byHash)
                return _byHash.Count == 0;
        }
    }

    /// <summary>Begins to listen for a value. Do so before you ask, so that nothing comes in between.</summary>
    public Waiting Listen(in EntryId value)
    {
        lock (_byHash)
        {
            if (!_byHash.TryGetValue(value.Hash, out var waiting))
                _byHash.Add(value.Hash, waiting = new Waiting(this, value));
            else if (waiting.Value != value)
                waiting = new Waiting(this, value);
            waiting.Count++;
            return waiting;
        }
    }

    /// <param name="value">The value.</param>
    /// <param name="isPassed">Whether no caller needs to wait any more, because the value is not stored.</param>
    public void Wake(in EntryId value, bool isPassed = false)
    {
        Waiting? waiting;
        lock (_byHash)
        {
            if (!_byHash.TryGetValue(value.Hash, out waiting) || waiting.Value != value)
                return;
            _byHash.Remove(value.Hash);
        }

        waiting.Wake(isPassed);
    }

    /// <summary>The same of a value by its key in Redis.</summary>
    public void Wake(ReadOnlySpan<byte> key, bool isPassed = false)
    {
        if (!IsEmpty)
            Wake(EntryId.Of(key), isPassed);
    }

    private void Stop(Waiting waiting)
    {
        lock (_byHash)
        {
            if (--waiting.Count == 0 && _byHash.GetValueOrDefault(waiting.Value.Hash) == waiting)
                _byHash.Remove(waiting.Value.Hash);
        }
    }

    /// <summary>The callers that wait for a value until they are woken. A caller stops waiting by disposing its wait.</summary>
    internal sealed class Waiting(Waiters waiters, EntryId value) : IDisposable
    {
        private TaskCompletionSource<bool>? _woken; // most callers are granted what they ask for, and wait for nobody

        public EntryId Value => value;

        public int Count { get; set; }

        /// <summary>Completes when the callers are woken: true when nobody needs to wait any more.</summary>
        public Task<bool> Woken => Source.Task;

        private TaskCompletionSource<bool> Source =>
            Volatile.Read(ref _woken) ?? Interlocked.CompareExchange(ref _woken, new(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _woken;

        public void Wake(bool isPassed) => Source.TrySetResult(isPassed);

        public void Dispose() => waiters.Stop(this);
    }
}
