namespace RedisTagCache.Connection;

/// <summary>
/// Ends waits whose time is up. One timer looks at all of them every now and then, so that a wait costs two steps in a list and no timer of its own;
/// it rests when nobody waits. A wait may last longer than its time by the interval between two looks.
/// </summary>
/// <remarks>Safe for concurrent use. The waits are spread over several lists, so that processors do not wait for each other.</remarks>
internal sealed class Deadlines
{
    private static readonly TimeSpan _minInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _maxInterval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => new Stripe())];
    private int _isRunning;

    /// <param name="timeout">How long waits last as a rule: the interval is a twentieth of it, within 5 to 100 milliseconds.</param>
    /// <param name="time">The clock.</param>
    public Deadlines(TimeSpan timeout, TimeProvider time)
    {
        _time = time;
        _interval = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks / 20, _minInterval.Ticks, _maxInterval.Ticks));

        // What belongs to the first caller, such as its trace, ends with it.
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static deadlines => ((Deadlines)deadlines!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(Wait wait)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        wait.Stripe = stripe;
        lock (stripe)
        {
            wait.Next = stripe.First;
            if (stripe.First is { } first)
                first.Previous = wait;
            stripe.First = wait;
        }

        Interlocked.MemoryBarrier(); // it stands in the list before it is seen whether the timer rests
        if (Volatile.Read(ref _isRunning) == 0 && Interlocked.Exchange(ref _isRunning, 1) == 0)
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public static void Remove(Wait wait)
    {
        var stripe = wait.Stripe!;
        lock (stripe)
        {
            if (wait.Previous is { } previous)
                previous.Next = wait.Next;
            else
                stripe.First = wait.Next;
            if (wait.Next is { } next)
                next.Previous = wait.Previous;
        }

        (wait.Stripe, wait.Previous, wait.Next) = (null, null, null);
    }

    private void Look()
    {
        var now = _time.GetTimestamp();
        List<(Wait Wait, int Use)>? overdue = null;
        var isEmpty = true;
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                isEmpty &= stripe.First is null;
                for (var wait = stripe.First; wait is not null; wait = wait.Next)
                {
                    if (wait.Deadline <= now)
                        (overdue ??= []).Add((wait, wait.Use));
                }
            }
        }

        foreach (var (wait, use) in overdue ?? [])
            wait.Expire(use);

        if (isEmpty)
        {
            // A wait that was added since then has seen that the timer runs.
            Interlocked.Exchange(ref _isRunning, 0);
            if (Array.TrueForAll(_stripes, static stripe => Volatile.Read(ref stripe.First) is null) || Interlocked.Exchange(ref _isRunning, 1) != 0)
                return;
        }

        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One of the lists.</summary>
    internal sealed class Stripe
    {
        public Wait? First;
    }

    /// <summary>What stands in a list.</summary>
    internal abstract class Wait
    {
        /// <summary>When its time is up, as a time stamp.</summary>
        public long Deadline { get; protected set; }

        /// <summary>The number of this use of the object. It is odd if the use has ended.</summary>
        public abstract int Use { get; }

        public Stripe? Stripe { get; set; }

        public Wait? Previous { get; set; }

        public Wait? Next { get; set; }

        /// <summary>Its time is up, if it is still the same use.</summary>
        public abstract void Expire(int use);
    }
}
