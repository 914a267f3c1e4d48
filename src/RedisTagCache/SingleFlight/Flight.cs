using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.SingleFlight;

/// <summary>One lookup or computation of a value under way in this process, and how many wait for it.</summary>
#pragma warning disable CA1001 // A source without a timer has nothing to dispose of, and the factory may use its token when everybody has left.
internal abstract class Flight(string name)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _abandoned = new();
    private int _callers = 1;
    private int _isClosed;
    private int _joined;

    public string Name => name;

    /// <summary>Cancelled when everybody has stopped waiting.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Joins it; false when everybody has left, or nobody may join any more.</summary>
    public bool TryJoin()
    {
        for (var callers = Volatile.Read(ref _callers); callers > 0; callers = Volatile.Read(ref _callers))
        {
            if (Interlocked.CompareExchange(ref _callers, callers + 1, callers) != callers)
                continue;

            // Each of the two writes before it reads: either this sees that it is closed, or who closes it sees this.
            Interlocked.Exchange(ref _joined, 1);
            if (Volatile.Read(ref _isClosed) == 0)
                return true;
            Leave();
            return false;
        }

        return false;
    }

    /// <summary>Lets nobody join any more; true when somebody may have.</summary>
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

    /// <summary>Tells the factory that nobody waits for it.</summary>
    public void Abandon() => _abandoned.Cancel();
}

/// <summary>One of a type.</summary>
internal sealed class Flight<T>(string name, HybridCacheEntryFlags flags) : Flight(name)
{
    private readonly TaskCompletionSource<FlightResult<T>?> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _asked;
    private long _firstAsked;

    /// <summary>The layers of the caller that began it. A caller that wants other layers does not join.</summary>
    public HybridCacheEntryFlags Flags => flags;

    /// <summary>Cancelled when the one who began it leaves.</summary>
    public CancellationToken LeaderLeaves { get; init; }

    /// <summary>Whether it has come to an end for those who are on it; its factory may still run.</summary>
    public bool IsLanded => _landed.Task.IsCompleted;

    /// <summary>Redis has answered. What the flight brings rests on that, unless it asks again.</summary>
    /// <param name="asked">When Redis was asked.</param>
    public void Answered(long asked)
    {
        if (_firstAsked == 0)
            _firstAsked = asked;
        Volatile.Write(ref _asked, asked);
    }

    /// <summary>What the flight brings was evicted while it waited: only callers that joined before it first asked need not doubt that.</summary>
    public void AnsweredWithAwaited() => Volatile.Write(ref _asked, _firstAsked);

    /// <summary>Whether a caller that joined it need not doubt what it brought: Redis was asked after that caller came.</summary>
    /// <param name="called">When the caller came.</param>
    /// <param name="result">What the flight brought.</param>
    public bool Covers(long called, FlightResult<T> result) => called < Volatile.Read(ref _asked) && !result.IsOlder;

    public void Land(FlightResult<T> result) => _landed.TrySetResult(result);

    /// <summary>Whether it was no failure of the factory, but the one who began it left, and the factory heeds that one's token.</summary>
    public bool HasLostItsLeader(Exception exception) => exception is OperationCanceledException && LeaderLeaves.IsCancellationRequested;

    /// <summary>Lets those who have joined start over.</summary>
    public void SendAway() => _landed.TrySetResult(null);

    public void Fail(Exception exception)
    {
        if (HasLostItsLeader(exception))
        {
            SendAway();
            return;
        }

        _landed.TrySetException(exception);
        _ = _landed.Task.Exception; // nobody may have joined
    }

    /// <summary>Gives what it brought; nothing when who has joined is to start over.</summary>
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
