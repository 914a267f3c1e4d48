using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace RedisTagCache.Connection;

/// <summary>
/// A wait for what the client does, ended by that, by its deadline or by the caller, whichever comes first. Does what
/// <see cref="Task.WaitAsync(TimeSpan, TimeProvider, CancellationToken)"/> does, without the task and the timer that one makes for each call.
/// </summary>
/// <remarks>
/// Objects are used again, but only those whose task came to its end in time: of the others nobody knows when somebody last touches them. The result of a task
/// that ends later is taken all the same: its error then does not count as unobserved, and what gave it can be used again.
/// </remarks>
internal sealed class BoundedWait<T> : Deadlines.Wait, IValueTaskSource<T>
{
    private const int MaxKept = 64;

    [ThreadStatic]
    private static BoundedWait<T>? _kept;
    [ThreadStatic]
    private static int _keptCount;

    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<T> _core;
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _task;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private BoundedWait<T>? _below;
    private int _use;
    private bool _isReusable;

    private BoundedWait() => _onCompleted = OnCompleted;

    /// <summary>Waits for the task.</summary>
    /// <exception cref="TimeoutException">The deadline came first.</exception>
    /// <exception cref="OperationCanceledException">The caller ended the wait.</exception>
    public static ValueTask<T> For(ValueTask<T> task, Deadlines deadlines, long deadline, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
            return task;
        var wait = Take();
        wait._task = task.ConfigureAwait(false).GetAwaiter();
        wait.Deadline = deadline;
        wait._cancellationToken = cancellationToken;
        var version = wait._core.Version;
        deadlines.Add(wait);
        if (cancellationToken.CanBeCanceled)
            wait._registration = cancellationToken.UnsafeRegister(static wait => ((BoundedWait<T>)wait!).OnCanceled(), wait);
        wait._task.UnsafeOnCompleted(wait._onCompleted);
        return new ValueTask<T>(wait, version);
    }

    private static BoundedWait<T> Take()
    {
        if (_kept is not { } wait)
            return new BoundedWait<T>();
        (_kept, wait._below) = (wait._below, null);
        _keptCount--;
        return wait;
    }

    private void Keep()
    {
        if (_keptCount == MaxKept)
            return;
        (_task, _cancellationToken, _registration, _isReusable) = (default, default, default, false);
        _core.Reset();
        Volatile.Write(ref _use, _use + 1);
        (_below, _kept) = (_kept, this);
        _keptCount++;
    }

    private void OnCompleted()
    {
        var isInTime = TryEnd(Use);
        T result = default!;
        Exception? failure = null;
        try
        {
            result = _task.GetResult();
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (!isInTime)
            return; // nobody waits any more

        // Where it could not be unregistered, the caller is about to end a wait that has ended.
        _isReusable = !_cancellationToken.CanBeCanceled || _registration.Unregister();
        Deadlines.Remove(this);
        if (failure is null)
            _core.SetResult(result);
        else
            _core.SetException(failure);
    }

    public override int Use => Volatile.Read(ref _use);

    public override void Expire(int use) => End(use, new TimeoutException("Redis did not answer in time."));

    private void OnCanceled() => End(Use, new OperationCanceledException(_cancellationToken));

    private bool TryEnd(int use) => use % 2 == 0 && Interlocked.CompareExchange(ref _use, use + 1, use) == use;

    private void End(int use, Exception exception)
    {
        if (!TryEnd(use))
            return;
        Deadlines.Remove(this);
        _registration.Unregister();
        _core.RunContinuationsAsynchronously = true; // not on the timer, nor where the caller cancels
        _core.SetException(exception);
    }

    public T GetResult(short token)
    {
        var isReusable = _isReusable;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (isReusable)
                Keep();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

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

internal static class TaskExtensions
{
    /// <summary>Marks the exception of a task as observed, because no caller may wait for it any more. Its failure is reported elsewhere.</summary>
    public static void Forget(this Task task) =>
        _ = task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
