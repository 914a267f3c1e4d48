using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.SingleFlight;

/// <summary>One lookup or computation of a value under way in this process, and how many wait for it.</summary>
#pragma warning disable CA1001 // A source without a timer has nothing to dispose of, and the factory may use its token when all callers have left.
internal abstract class Flight(string name)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _abandoned = new();
    private int _callers = 1;
    private int _isClosed;
    private int _joined;

    public string Name => name;

    /// <summary>Gets the token that is canceled when all callers have stopped waiting.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Gets or sets whether its callers have their result while that is on its way to Redis. Until the write ends, further callers join it.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>Joins it. Returns false if all callers have left, or if it accepts no more callers.</summary>
    public bool TryJoin()
    {
        for (var callers = Volatile.Read(ref _callers); callers > 0; callers = Volatile.Read(ref _callers))
        {
            if (Interlocked.CompareExchange(ref _callers, callers + 1, callers) != callers)
                continue;

            // Both this method and the one that closes the flight write before they read, so at least one of them sees the other.
            Interlocked.Exchange(ref _joined, 1);
            if (Volatile.Read(ref _isClosed) == 0)
                return true;
            Leave();
            return false;
        }

        return false;
    }

    /// <summary>Accepts no more callers. Returns true if another caller may have joined.</summary>
    public bool Close()
    {
        Interlocked.Exchange(ref _isClosed, 1);
        return Volatile.Read(ref _joined) == 1;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _callers) == 0)
            Abandon();
    }

    /// <summary>Cancels the token of the factory, because no caller waits for it.</summary>
    public void Abandon() => _abandoned.Cancel();
}

/// <summary>One lookup or computation of a value of a type.</summary>
internal sealed class Flight<T>(string name, HybridCacheEntryFlags flags) : Flight(name)
{
    private readonly TaskCompletionSource<FlightResult<T>?> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _asked;
    private long _firstAsked;

    /// <summary>The layers of the caller that began it. A caller that wants other layers does not join.</summary>
    public HybridCacheEntryFlags Flags => flags;

    /// <summary>Gets the token that is canceled when the caller that began it leaves.</summary>
    public CancellationToken LeaderLeaves { get; init; }

    /// <summary>Gets whether its callers have their result. Its factory may still run.</summary>
    public bool IsLanded => _landed.Task.IsCompleted;

    /// <summary>Notes that Redis has responded. The result depends on that response, unless the flight asks again.</summary>
    /// <param name="asked">When Redis was asked.</param>
    public void Answered(long asked)
    {
        if (_firstAsked == 0)
            _firstAsked = asked;
        Volatile.Write(ref _asked, asked);
    }

    /// <summary>Notes that the result was evicted while the flight waited. Only callers that joined before its first lookup may use it without a check.</summary>
    public void AnsweredWithAwaited() => Volatile.Write(ref _asked, _firstAsked);

    /// <summary>Returns whether a caller that joined may use the result without a check: Redis was asked after that caller came.</summary>
    /// <param name="called">When the caller came.</param>
    /// <param name="result">The result of the flight.</param>
    public bool Covers(long called, FlightResult<T> result) => called < Volatile.Read(ref _asked) && !result.IsOlder;

    public void Land(FlightResult<T> result) => _landed.TrySetResult(result);

    /// <summary>Returns whether the factory did not fail, but was canceled because the caller that began it left.</summary>
    public bool HasLostItsLeader(Exception exception) => exception is OperationCanceledException && LeaderLeaves.IsCancellationRequested;

    /// <summary>Lets the callers that have joined start over.</summary>
    public void SendAway() => _landed.TrySetResult(null);

    public void Fail(Exception exception)
    {
        if (HasLostItsLeader(exception))
        {
            SendAway();
            return;
        }

        _landed.TrySetException(exception);
        _ = _landed.Task.Exception; // no caller may have joined
    }

    /// <summary>Returns the result; null if the callers that have joined start over.</summary>
    public async Task<FlightResult<T>?> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = await _landed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (result is null)
                Leave();
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Leave();
            throw;
        }
    }
}
