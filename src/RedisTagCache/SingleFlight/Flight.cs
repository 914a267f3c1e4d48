using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;

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

/// <summary>The flights under way in this process, one for each name. A flight that is detached completes for its callers, and accepts no more.</summary>
internal sealed class Flights
{
    private readonly ConcurrentDictionary<string, Flight> _byName = new(StringComparer.Ordinal);

    /// <summary>Lets other callers join a flight. Returns false, with the flight under way, if there is one.</summary>
    public bool TryBegin(Flight flight, [NotNullWhen(false)] out Flight? underWay)
    {
        while (true)
        {
            if (_byName.TryAdd(flight.Name, flight))
            {
                underWay = null;
                return true;
            }

            if (_byName.TryGetValue(flight.Name, out underWay))
                return false;
        }
    }

    public void End(Flight flight) => _byName.TryRemove(new KeyValuePair<string, Flight>(flight.Name, flight));

    /// <summary>Accepts no more callers. Returns true if another caller has joined.</summary>
    public bool Close(Flight flight)
    {
        End(flight);
        return flight.Close();
    }

    public void Detach(string name) => _byName.TryRemove(name, out _);

    public void DetachAll() => _byName.Clear();
}

/// <summary>Represents the result of a flight, for all its callers.</summary>
/// <param name="Value">The value, for the caller that began it.</param>
/// <param name="Plain">The value's bytes, for callers that joined and for the local cache, if the value cannot be shared.</param>
/// <param name="Length">The size of the value in bytes; null if it could not be serialized, or is not to be stored.</param>
/// <param name="PayloadFlags">Whether it is null.</param>
/// <param name="Version">When the value began; the type's default when nothing was known of Redis.</param>
/// <param name="Tags">The ids of its tags.</param>
internal sealed record FlightResult<T>(T Value, ReadOnlyMemory<byte> Plain, int? Length, byte PayloadFlags, CacheVersion Version, byte[][] Tags)
{
    /// <summary>What was known of removals when it began; null for a value that is valid until its removal is received.</summary>
    public RemovalMoment? StartedAt { get; set; }

    /// <summary>Whether it counts as started before its own lookup, so that callers that joined before that lookup have to check it too.</summary>
    public bool IsOlder { get; init; }

    /// <summary>Whether it was neither evicted nor removed since it began, as far as this instance knows now.</summary>
    public bool IsLive(ValueAddress address) =>
        !address.Watch.IsOver
        && (address.Watch.TagState is not { Known: { } state } tagState
            || (Version.Stamp.IsSameGeneration(state.Stamp) && !state.IsPast(Version.Stamp, Tags, tagState.UnconfirmedAt(StartedAt?.Unconfirmed ?? 0))))
        && (StartedAt is not { Number: >= 0 } startedAt || !address.Watch.Removals.IsSuperseded(address.Name, startedAt, startedAt.Number));
}

/// <summary>Which values' factories wait, in this process, for which other values: none may wait for itself by way of others.</summary>
internal sealed class WaitGraph
{
    private readonly Dictionary<string, List<string>> _waits = new(StringComparer.Ordinal);

    /// <summary>Notes that factories wait for a value. Returns false if that value waits for one of their own.</summary>
    public bool TryBegin(HashSet<string> factories, string target)
    {
        lock (_waits)
        {
            if (Reaches(target, factories))
                return false;
            foreach (var factory in factories)
            {
                if (!_waits.TryGetValue(factory, out var targets))
                    _waits.Add(factory, targets = []);
                targets.Add(target);
            }

            return true;
        }
    }

    public void End(HashSet<string> factories, string target)
    {
        lock (_waits)
        {
            foreach (var factory in factories)
            {
                if (_waits.TryGetValue(factory, out var targets) && targets.Remove(target) && targets.Count == 0)
                    _waits.Remove(factory);
            }
        }
    }

    private bool Reaches(string from, HashSet<string> wanted)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal) { from }, new Stack<string>([from]));
        while (next.TryPop(out var name))
        {
            if (wanted.Contains(name))
                return true;
            foreach (var target in _waits.GetValueOrDefault(name) ?? [])
            {
                if (seen.Add(target))
                    next.Push(target);
            }
        }

        return false;
    }
}
