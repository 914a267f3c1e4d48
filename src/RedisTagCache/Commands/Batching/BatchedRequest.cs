using System.Threading.Tasks.Sources;
using StackExchange.Redis;

namespace RedisTagCache.Commands.Batching;

/// <summary>
/// One request of a <see cref="RequestBatcher{TRequest, T}"/>; those that travel together are a list. Its result is awaited once, which gives the object back
/// to be used again: one whose result nobody asks for is left to the collector.
/// </summary>
internal abstract class BatchedRequest<TSelf, T> : IValueTaskSource<T>, IThreadPoolWorkItem
    where TSelf : BatchedRequest<TSelf, T>, new()
{
    private const int MaxKept = 64;

    [ThreadStatic]
    private static TSelf? _kept;
    [ThreadStatic]
    private static int _keptCount;

    private ManualResetValueTaskSourceCore<T> _core;
    private T _answer = default!;
    private Exception? _failure;

    public IDatabase Database { get; private set; } = null!;

    public RedisKey Key { get; private set; }

    public TSelf? Next { get; set; }

    /// <summary>Gets or sets the first of those that get the same answer; each has the next one here.</summary>
    public TSelf? Sharer { get; set; }

    /// <summary>Gets a hash by which requests for the same are found. Zero when the answer cannot be shared.</summary>
    public virtual int Hash => 0;

    /// <summary>Gets an estimate of the bytes that it takes, as far as they are bounded.</summary>
    public virtual int Cost => 0;

    /// <summary>Gets whether it should not be sent in one command with others.</summary>
    public virtual bool IsLarge => false;

    /// <summary>Gets whether nobody waits for its answer any more, so that it need not be sent.</summary>
    public virtual bool IsPast => false;

    /// <summary>Whether it was refused together with others, and is sent without them.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Gets whether other requests may wait for what its caller does next. The caller then continues on another thread.</summary>
    public bool MayHoldUpOthers { get; set; }

    public ValueTask<T> Result => new(this, _core.Version);

    public static TSelf Take(IDatabase database, in RedisKey key)
    {
        var request = _kept;
        if (request is null)
        {
            request = new TSelf();
        }
        else
        {
            (_kept, request.Next) = (request.Next, null);
            _keptCount--;
        }

        (request.Database, request.Key) = (database, key);
        return request;
    }

    /// <summary>What it will give once it is completed.</summary>
    public void Answer(T answer) => _answer = answer;

    /// <summary>Takes into account that another request gets its answer too.</summary>
    public virtual void Join(TSelf other)
    {
    }

    /// <summary>Lets go of what it was sent with.</summary>
    protected abstract void Clear();

    /// <summary>Wakes its caller with the answer or this failure. Code that completes a request must not touch it again.</summary>
    public void Complete(Exception? failure)
    {
        _failure = failure;
        if (MayHoldUpOthers)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        else
            Execute();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        if (_failure is { } failure)
            _core.SetException(failure);
        else
            _core.SetResult(_answer);
    }

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Keep();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Keep()
    {
        if (_keptCount == MaxKept)
            return;
        Clear();
        (Database, Key, _answer, _failure, Sharer, IsAlone, MayHoldUpOthers) = (null!, default, default!, null, null, false, false);
        _core.Reset();
        (Next, _kept) = (_kept, (TSelf)this);
        _keptCount++;
    }
}
