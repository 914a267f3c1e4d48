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
