using System.Diagnostics;
using RedisTagCache.HttpHistory.Faults;

namespace RedisTagCache.HttpHistory.Checking;

/// <summary>Compares the working set of the process, in which servers and clients run, with the bytes of the responses on their way.</summary>
internal sealed class MemoryCheck(Verdicts verdicts)
{
    /// <summary>How many times the bytes in flight the process may take: a page is rendered, kept for the cache, written, read, and sent.</summary>
    public const int Multiple = 4;

    /// <summary>Besides, beyond what the process had before: two applications with their code, clients, local copies, and connections.</summary>
    public const long Base = 768L * 1024 * 1024;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _lag = TimeSpan.FromSeconds(5);

    private readonly long _before = CollectAll();
    private readonly Queue<(long At, long Bytes)> _flights = new();
    private long _inFlight;
    private long _mostSince;

    public long MostInFlight { get; private set; }

    public long LargestWorkingSet { get; private set; }

    /// <summary>How often the working set was above the bound, so that the collector was called.</summary>
    public int Collections { get; private set; }

    /// <summary>The largest growth that was left then.</summary>
    public long LargestKept { get; private set; }

    public void Begin(long bytes)
    {
        var now = Interlocked.Add(ref _inFlight, bytes);
        if (now > Volatile.Read(ref _mostSince))
            Volatile.Write(ref _mostSince, now);
    }

    public void End(long bytes) => Interlocked.Add(ref _inFlight, -bytes);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(_interval, CancellationToken.None);
            Look(Stopwatch.GetTimestamp(), Environment.WorkingSet - _before);
        }
    }

    private void Look(long now, long workingSet)
    {
        var bytes = Math.Max(Interlocked.Exchange(ref _mostSince, 0), Volatile.Read(ref _inFlight));
        _flights.Enqueue((now, bytes));
        while (_flights.Peek().At < now - Trouble.Ticks(_lag))
            _flights.Dequeue();
        var most = _flights.Max(static flight => flight.Bytes);
        MostInFlight = Math.Max(MostInFlight, most);
        LargestWorkingSet = Math.Max(LargestWorkingSet, workingSet);
        if (workingSet > Base + (Multiple * most))
            workingSet = Collect();
        if (!verdicts.Check(Promise.MemoryIsBounded, workingSet <= Base + (Multiple * most)))
            verdicts.Violate(Promise.MemoryIsBounded, () => FormattableString.Invariant($"the working set grew by {workingSet >> 20} MiB, with {most >> 20} MiB in flight"));
    }

    /// <summary>The collector takes its time while there is memory on the machine. Where a process is given less, it does this itself.</summary>
    private long Collect()
    {
        Collections++;
        var kept = CollectAll() - _before;
        LargestKept = Math.Max(LargestKept, kept);
        return kept;
    }

    /// <summary>Returns the working set without what can be collected. What the process has left to the collector before must not hide what is kept.</summary>
    private static long CollectAll()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
