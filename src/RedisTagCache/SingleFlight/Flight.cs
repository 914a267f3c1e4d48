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
    private long _firstAsked;

    public string Name => name;

    /// <summary>Gets when Redis was asked by the lookup from which it counts: its own first one, or an earlier one that came after its leader. 0 before that.</summary>
    public long FirstAsked
    {
        get => Volatile.Read(ref _firstAsked);
        protected set => Volatile.Write(ref _firstAsked, value);
    }

    /// <summary>Returns whether its leader has waited for longer than another flight's, so that what is computed first may be for this one alone.</summary>
    public bool IsBefore(Flight other) => FirstAsked != 0 && (other.FirstAsked == 0 || FirstAsked < other.FirstAsked);

    /// <summary>Gets the token that is canceled when all callers have stopped waiting.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Gets or sets whether its callers have their result while that is on its way to Redis. Until the write ends, further callers join it.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>Gets or sets the write that it ends with, when its callers have their result before that; null otherwise, or not yet. It does not fail.</summary>
    public Task? Storing { get; set; }

    /// <summary>Gets whether another caller may have joined.</summary>
    public bool MayBeShared => Volatile.Read(ref _joined) == 1;

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
        return MayBeShared;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _callers) == 0)
            Abandon();
    }

    /// <summary>Cancels the token of the factory, because no caller waits for it. What the factory has registered with it runs on another thread.</summary>
    public void Abandon() => _abandoned.Abandon();
}

/// <summary>One lookup or computation of a value of a type.</summary>
internal sealed class Flight<T>(string name, HybridCacheEntryFlags flags) : Flight(name)
{
    private readonly TaskCompletionSource<FlightResult<T>?> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FlightLookup? _first;
    private long _asked;
    private bool _isAwaited;
    private FlightLookup? _latest;

    /// <summary>The layers of the caller that began it. A caller that wants other layers does not join.</summary>
    public HybridCacheEntryFlags Flags => flags;

    /// <summary>Gets the token that is canceled when the caller that began it leaves.</summary>
    public CancellationToken LeaderLeaves { get; init; }

    /// <summary>Gets the lookup that counts as its first, when its leader has waited for another flight; otherwise, null.</summary>
    public FlightLookup? First
    {
        get => _first;
        init
        {
            _first = value;
            FirstAsked = value?.Asked ?? 0;
        }
    }

    /// <summary>Gets whether its callers have their result. Its factory may still run.</summary>
    public bool IsLanded => _landed.Task.IsCompleted;

    /// <summary>Notes that Redis has responded. The result depends on that response, unless the flight asks again.</summary>
    /// <param name="asked">When Redis was asked.</param>
    public void Answered(long asked)
    {
        if (FirstAsked == 0)
            FirstAsked = asked;
        Volatile.Write(ref _asked, asked);
    }

    /// <summary>Notes a lookup after the first, or a write, for callers that have joined before it.</summary>
    /// <param name="asked">When Redis was asked.</param>
    /// <param name="since">The version from which a value may be returned to callers that came before.</param>
    public void LookedUp(long asked, CacheVersion since)
    {
        if (!since.IsUnknown && !since.IsDefault)
            Volatile.Write(ref _latest, new FlightLookup(asked, since, _latest));
    }

    /// <summary>Returns the first of these lookups that came after a caller; null if none did.</summary>
    public FlightLookup? FirstLookupAfter(long called)
    {
        FlightLookup? first = null;
        for (var lookup = Volatile.Read(ref _latest); lookup is not null && called < lookup.Asked; lookup = lookup.Earlier)
            first = lookup;
        return first;
    }

    /// <summary>The same for a caller that is to start over: after the write, so that whatever is computed next is no older than what this returns.</summary>
    public async ValueTask<FlightLookup?> FirstLookupAfterAsync(long called, CancellationToken cancellationToken)
    {
        if (Storing is { IsCompleted: false } storing)
            await storing.WaitAsync(cancellationToken).ConfigureAwait(false);
        return FirstLookupAfter(called);
    }

    /// <summary>
    /// Notes that the result was evicted while the flight waited. Callers that joined after its first lookup may use it without a check only if it is no older than a lookup that came
    /// after them.
    /// </summary>
    public void AnsweredWithAwaited()
    {
        _isAwaited = true;
        Volatile.Write(ref _asked, FirstAsked);
    }

    /// <summary>Returns whether a caller that joined may use the result without a check: Redis was asked after that caller came.</summary>
    /// <param name="called">When the caller came.</param>
    /// <param name="result">The result of the flight.</param>
    /// <param name="first">The first lookup that came after the caller, by any flight that it has joined; null if none did.</param>
    public bool Covers(long called, FlightResult<T> result, FlightLookup? first) =>
        !result.IsOlder && (called < Volatile.Read(ref _asked) || (_isAwaited && first?.IsNoNewer(result.Version) == true));

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

/// <summary>A lookup in Redis by a flight that waits for a value, or the write of one that has computed it.</summary>
/// <param name="Asked">When Redis was asked.</param>
/// <param name="Since">The version from which a value may be returned to callers that came before.</param>
/// <param name="Earlier">The one before it.</param>
internal sealed record FlightLookup(long Asked, CacheVersion Since, FlightLookup? Earlier)
{
    /// <summary>Returns whether a value of a version may be returned to callers that came before it. Versions compare within one lineage.</summary>
    public bool IsNoNewer(CacheVersion version) => !version.IsUnknown && version.Stamp.IsSameLineage(Since.Stamp) && version.Stamp.Epoch >= Since.Stamp.Epoch;
}

/// <summary>
/// The flights under way in this process, one for each name. A flight that is detached, or replaced by one whose leader has waited for longer, completes for its callers, and accepts no
/// more.
/// </summary>
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

            if (!_byName.TryGetValue(flight.Name, out underWay))
                continue;
            if (!flight.IsBefore(underWay))
                return false;
            if (_byName.TryUpdate(flight.Name, flight, underWay))
            {
                underWay = null;
                return true;
            }
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
            || (Version.Stamp.IsSameGeneration(state.Stamp) && !state.IsPast(Version.Stamp, Tags, tagState.OrderAt(StartedAt?.Unconfirmed ?? 0))))
        && (StartedAt is not { Number: >= 0 } startedAt || !address.Watch.Removals.IsSuperseded(address.Name, startedAt, startedAt.Number));
}

/// <summary>Cancels tokens that code of the application has.</summary>
internal static class CancellationTokenSourceExtensions
{
    /// <summary>Cancels the token. What was registered with it runs on another thread, and its exceptions concern nobody here.</summary>
    public static void Abandon(this CancellationTokenSource source) =>
        _ = source.CancelAsync().ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
