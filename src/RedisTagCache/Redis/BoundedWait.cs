using System.Threading.Tasks.Sources;

namespace RedisTagCache.Redis;

/// <summary>
/// A wait for a task of the client, ended by the task, by its deadline or by the caller, whichever comes first. Does what
/// <see cref="Task.WaitAsync(TimeSpan, TimeProvider, CancellationToken)"/> does, without the task and the timer that one makes for each call.
/// </summary>
/// <remarks>
/// Objects are used again, but only those whose task came to its end in time: of the others nobody knows when somebody last touches them. A task that ends
/// later is looked at, so that its error does not count as unobserved.
/// </remarks>
internal sealed class BoundedWait<T> : Deadlines.Wait, IValueTaskSource<T>
{
    private const int MostKept = 64;

    [ThreadStatic]
    private static BoundedWait<T>? _kept;
    [ThreadStatic]
    private static int _keptCount;

    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<T> _core;
    private Task<T>? _task;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private BoundedWait<T>? _below;
    private int _use;
    private bool _isReusable;

    private BoundedWait() => _onCompleted = OnCompleted;

    /// <summary>Waits for the task.</summary>
    /// <exception cref="TimeoutException">The deadline came first.</exception>
    /// <exception cref="OperationCanceledException">The caller ended the wait.</exception>
    public static ValueTask<T> For(Task<T> task, Deadlines deadlines, long deadline, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
            return new ValueTask<T>(task);
        var wait = Take();
        wait._task = task;
        wait.Deadline = deadline;
        wait._cancellationToken = cancellationToken;
        var version = wait._core.Version;
        deadlines.Add(wait);
        if (cancellationToken.CanBeCanceled)
            wait._registration = cancellationToken.UnsafeRegister(static wait => ((BoundedWait<T>)wait!).OnCanceled(), wait);
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(wait._onCompleted);
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
        if (_keptCount == MostKept)
            return;
        (_task, _cancellationToken, _registration, _isReusable) = (null, default, default, false);
        _core.Reset();
        Volatile.Write(ref _use, _use + 1);
        (_below, _kept) = (_kept, this);
        _keptCount++;
    }

    private void OnCompleted()
    {
        var task = _task!;
        if (!TryEnd(Use))
        {
            _ = task.Exception; // nobody waits any more
            return;
        }

        // Where it could not be unregistered, the caller is about to end a wait that has ended.
        _isReusable = !_cancellationToken.CanBeCanceled || _registration.Unregister();
        Deadlines.Remove(this);
        if (task.IsCompletedSuccessfully)
            _core.SetResult(task.Result);
        else
            _core.SetException(task.Exception?.InnerException ?? new TaskCanceledException(task));
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
