using System.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.HttpHistory.Faults;

/// <summary>
/// When Redis did not answer, and when the machine stood still: found out beside the cache, by a connection and a timer of its own. So what is slow by
/// itself is told from what the cache makes wait.
/// </summary>
internal sealed class Trouble : IAsyncDisposable
{
    private static readonly TimeSpan _ping = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _recovery = TimeSpan.FromSeconds(3);
    private const int Slots = 4_096; // of an eighth of a second each

    private readonly CancellationTokenSource _stop = new();
    private readonly ConnectionMultiplexer _connection;
    private readonly List<(long From, long Until)> _unanswered = [];
    private readonly List<(long From, long Until)> _refused = [];
    private readonly long[] _stalls = new long[Slots];
    private readonly long _zero = Stopwatch.GetTimestamp();
    private readonly Task _running;
    private long _lastUnanswered;
    private long _faultSince = long.MaxValue;

    private Trouble(ConnectionMultiplexer connection)
    {
        _connection = connection;
        _running = Task.WhenAll(Task.Run(PingAsync), Task.Run(TickAsync));
    }

    public static async Task<Trouble> StartAsync(string redis) =>
        new(await ConnectionMultiplexer.ConnectAsync(redis + ",abortConnect=false,asyncTimeout=400,connectTimeout=400"));

    /// <summary>A fault begins; it is over, with the time that the cache has to find that out, some seconds after <see cref="EndFault"/>.</summary>
    public void BeginFault() => Volatile.Write(ref _faultSince, Stopwatch.GetTimestamp());

    public void EndFault()
    {
        Add(Volatile.Read(ref _faultSince), Stopwatch.GetTimestamp());
        Volatile.Write(ref _faultSince, long.MaxValue);
    }

    /// <summary>Redis refuses writes from now on, and answers otherwise.</summary>
    public void BeginRefusal()
    {
        lock (_refused)
            _refused.Add((Stopwatch.GetTimestamp(), long.MaxValue));
    }

    public void EndRefusal()
    {
        lock (_refused)
            _refused[^1] = _refused[^1] with { Until = Stopwatch.GetTimestamp() };
    }

    /// <summary>Whether Redis refused writes at some time between two moments.</summary>
    public bool IsRefusedBetween(long from, long until)
    {
        lock (_refused)
            return _refused.Exists(time => time.Until >= from && time.From <= until);
    }

    /// <summary>Whether Redis did not answer, or the machine stood still, at some time between two moments or shortly before.</summary>
    public bool IsBetween(long from, long until)
    {
        if (Volatile.Read(ref _faultSince) <= until)
            return true;
        from -= Ticks(_recovery);
        if (Volatile.Read(ref _lastUnanswered) < from)
            return false;
        lock (_unanswered)
            return _unanswered.Exists(time => time.Until >= from && time.From <= until);
    }

    /// <summary>For how long the machine stood still at most between two moments.</summary>
    public TimeSpan Stall(long from, long until)
    {
        var longest = 0L;
        for (var slot = Slot(from) - 1; slot <= Slot(until) + 1; slot++)
            longest = Math.Max(longest, Volatile.Read(ref _stalls[slot & (Slots - 1)]));
        return TimeSpan.FromSeconds((double)longest / Stopwatch.Frequency);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    public static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private async Task PingAsync()
    {
        var answered = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            try
            {
                await _connection.GetDatabase().PingAsync();
                if (Stopwatch.GetElapsedTime(from) > _slow)
                    Add(answered, Stopwatch.GetTimestamp());
                answered = from;
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                Add(answered, Stopwatch.GetTimestamp()); // since when is known no better
            }

            await Task.Delay(_ping);
        }
    }

    private async Task TickAsync()
    {
        var cleared = Slot(Stopwatch.GetTimestamp());
        while (!_stop.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            await Task.Delay(_tick);
            var now = Stopwatch.GetTimestamp();
            var late = now - from - Ticks(_tick);
            if (late > Ticks(_slow))
                Add(from, now); // nobody could wait in time then
            for (; cleared < Slot(now) + 2; cleared++)
                Volatile.Write(ref _stalls[(cleared + 1) & (Slots - 1)], 0);
            for (var slot = Slot(from); slot <= Slot(now); slot++)
                Volatile.Write(ref _stalls[slot & (Slots - 1)], Math.Max(late, Volatile.Read(ref _stalls[slot & (Slots - 1)])));
        }
    }

    private void Add(long from, long until)
    {
        lock (_unanswered)
        {
            _unanswered.Add((from, until));
            _unanswered.RemoveAll(time => Stopwatch.GetElapsedTime(time.Until) > TimeSpan.FromMinutes(2));
            _lastUnanswered = until;
        }
    }

    private long Slot(long time) => Math.Max(1, (time - _zero) * 8 / Stopwatch.Frequency);
}
