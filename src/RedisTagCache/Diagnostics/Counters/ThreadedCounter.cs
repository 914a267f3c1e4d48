using System.Runtime.InteropServices;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>A counter for what happens every few nanoseconds. Each thread counts for itself, without a locked instruction, and a reader adds up.</summary>
internal sealed class ThreadedCounter
{
    [ThreadStatic]
    private static Cell? _own;

    private readonly Lock _lock = new();
    private readonly List<Cell> _cells = [];
    private long _others;

    public void Increment()
    {
        var own = _own;
        if (own is not null && own.Counter == this)
            own.Padded.Value++;
        else
            Join(own);
    }

    public long Read()
    {
        lock (_lock)
            return Interlocked.Read(ref _others) + _cells.Sum(static cell => Volatile.Read(ref cell.Padded.Value));
    }

    private void Join(Cell? own)
    {
        // A thread has one such counter. In a process with several caches, the others count the slower way.
        if (own is not null)
        {
            Interlocked.Increment(ref _others);
            return;
        }

        _own = own = new Cell(this, Thread.CurrentThread);
        own.Padded.Value = 1;
        lock (_lock)
        {
            foreach (var ended in _cells.Where(static cell => !cell.Thread.IsAlive).ToArray())
            {
                Interlocked.Add(ref _others, ended.Padded.Value);
                _cells.Remove(ended);
            }

            _cells.Add(own);
        }
    }

    private sealed class Cell(ThreadedCounter counter, Thread thread)
    {
        public PaddedLong Padded;

        public ThreadedCounter Counter { get; } = counter;

        public Thread Thread { get; } = thread;
    }

    /// <summary>Alone in its lines of the processor's cache, wherever the collector moves it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedLong
    {
        [FieldOffset(64)]
        public long Value;
    }
}
