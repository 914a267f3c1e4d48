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

    /// <summary>Gets whether it is sent at once in a command of its own, however many are on their way.</summary>
    public virtual bool IsSentAtOnce => false;

    /// <summary>Gets whether nobody waits for its answer any more, so that it need not be sent.</summary>
    public virtual bool IsPast => false;

    /// <summary>Gets whether nobody waits for the answer of one of a list any more.</summary>
    public bool IsAnyPast
    {
        get
        {
            for (var request = (TSelf?)this; request is not null; request = request.Next)
            {
                if (request.IsPast)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether it was refused together with others, and is sent without them.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Gets or sets whether it failed, and not those that it was sent with. It had no effect, and is sent once more without them.</summary>
    public bool HasFailed { get; set; }

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
        (Database, Key, _answer, _failure, Sharer, IsAlone, HasFailed, MayHoldUpOthers) = (null!, default, default!, null, null, false, false, false);
        _core.Reset();
        (Next, _kept) = (_kept, (TSelf)this);
        _keptCount++;
    }
}

/// <summary>
/// The requests of a <see cref="RequestBatcher{TRequest, T}"/> that have not been sent. One that asks for what another one is waiting for shares its answer:
/// a request that was not sent yet is answered as of a later moment than any request that waits for it now.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class RequestQueue<TRequest, T>
    where TRequest : BatchedRequest<TRequest, T>, new()
{
    private const int MaxKept = 1_024;

    /// <summary>Those that may be shared, by the hash of their key.</summary>
    private readonly Dictionary<int, TRequest> _shared = [];
    private TRequest? _first;
    private TRequest? _last;

    public bool IsEmpty => _first is null;

    /// <summary>Gets the request that is to be sent next.</summary>
    public TRequest? First => _first;

    public void Add(TRequest request)
    {
        if (request.Hash != 0 && !request.IsAlone)
        {
            if (_shared.TryGetValue(request.Hash, out var earlier) && earlier.Key == request.Key && ReferenceEquals(earlier.Database, request.Database))
            {
                Share(earlier, request);
                return;
            }

            _shared.TryAdd(request.Hash, request);
        }

        _last = _last is null ? _first = request : _last.Next = request;
    }

    /// <summary>Takes the first request.</summary>
    public TRequest TakeFirst()
    {
        var request = _first!;
        (_first, request.Next) = (request.Next, null);
        if (_first is null)
            _last = null;
        if (_shared.TryGetValue(request.Hash, out var shared) && ReferenceEquals(shared, request))
            _shared.Remove(request.Hash);
        if (_shared.Count == 0 && _shared.Capacity > MaxKept)
            _shared.TrimExcess();
        return request;
    }

    /// <summary>The later one, and those that share its answer, get the answer of the earlier one.</summary>
    private static void Share(TRequest earlier, TRequest later)
    {
        earlier.Join(later);
        var last = later;
        while (last.Sharer is { } next)
            last = next;
        last.Sharer = earlier.Sharer;
        earlier.Sharer = later;
    }
}

/// <summary>
/// Room for the arguments of the client's calls that write a request at once, in their caller's thread, and keep nothing of them: so each thread has room
/// for one call, used again for the next.
/// </summary>
internal static class RequestArguments
{
    [ThreadStatic]
    private static RedisKeyOrValue[]? _room;

    /// <summary>Returns an array for so many arguments. It is valid until the next call in the same thread.</summary>
    public static Memory<RedisKeyOrValue> Take(int count)
    {
        var room = _room;
        if (room is null || room.Length < count)
            _room = room = new RedisKeyOrValue[Math.Max(count, 8)];
        return room.AsMemory(0, count);
    }
}
