using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// Follows the changes in a partition, so that copies of its values can be validated without asking Redis. Announcements are applied as they
/// arrive, and a poll finds what was not announced. Copies are trusted while the last poll that succeeded is young enough.
/// </summary>
internal sealed class PartitionWatch : EntryWatch
{
    /// <summary>How often the partition is polled.</summary>
    public static readonly TimeSpan Interval = RetryPolicy.Poll.FirstPause;

    /// <summary>How long a look is good for: one that fails is made up for by the next, two are not.</summary>
    private static readonly TimeSpan _validity = TimeSpan.FromMilliseconds(1_900);

    private readonly KeySpace _keys;
    private readonly RedisCommands _commands;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<PartitionWatch> _logger;
    private readonly OneAtATime<bool> _polls;
    private readonly OneAtATime<bool> _removalSyncs;
    private readonly long _validFor;
    private ILocalCopies[] _copies = [];
    private long _validUntil;

    public PartitionWatch(
        Partition partition, TagState tagState, KeySpace keys, RedisCommands commands, TimeProvider time, CacheMeter meter, ILogger<PartitionWatch> logger)
    {
        Partition = partition;
        TagState = tagState;
        _keys = keys;
        _commands = commands;
        _time = time;
        _meter = meter;
        _logger = logger;
        _polls = new OneAtATime<bool>(PollOnceAsync);
        _removalSyncs = new OneAtATime<bool>(SyncRemovalsOnceAsync);
        _validFor = (long)(_validity.TotalSeconds * time.TimestampFrequency);
    }

    /// <inheritdoc/>
    public override Partition Partition { get; }

    /// <inheritdoc/>
    public override TagState TagState { get; }

    /// <inheritdoc/>
    public override int Changes => TagState.Changes;

    /// <inheritdoc/>
    public override bool IsOver => false;

    /// <summary>The callers that wait for the lease on an entry.</summary>
    public Waiters Waiters { get; } = new();

    /// <inheritdoc/>
    public override bool IsAvailable => _commands.IsAvailable(Partition);

    public void Attach(ILocalCopies copies)
    {
        _copies = [.. _copies, copies];
        TagState.EverythingEvicted += () =>
        {
            Removals.Forget();
            copies.DropAll(this);
        };
    }

    /// <inheritdoc/>
    public override bool IsCurrent(long now) => now < Volatile.Read(ref _validUntil) && TagState.IsTrusted;

    public void Receive(ReadOnlyMemory<byte> message)
    {
        if (BackplaneMessage.TryParseTagInvalidations(message.Span, out var reply, out var members))
        {
            var isComplete = TagState.Apply(reply, members.ToArray());
            _meter.Message(CacheEventDetail.Eviction, isComplete ? CacheOutcome.Applied : CacheOutcome.Gap);
            if (Partition.Index == 0)
                _meter.History.Record(reply.After.Epoch, members);
            if (!isComplete)
                TagState.Refresh();
        }
        else if (BackplaneMessage.TryParseRemovals(message.Span, out var before, out var number, out var entries))
        {
            var isComplete = Record(before, number, entries);
            _meter.Message(CacheEventDetail.Removal, isComplete ? CacheOutcome.Applied : CacheOutcome.Gap);
        }
        else if (BackplaneMessage.TryParseRelease(message.Span, out var released, out var isPassed))
        {
            _meter.Message(CacheEventDetail.Release, CacheOutcome.Applied);
            Waiters.Wake(released, isPassed);
        }
    }

    /// <summary>
    /// Takes over a removal or an overwrite that this instance made. If changes before it are not known yet, they are on their way, as is its own announcement: only the lack of that shows that
    /// one was missed.
    /// </summary>
    public void RecordOwn(long before, long number, CacheRegion region, string name, in EntryLocation location)
    {
        Removals.Record(before, number, name);
        foreach (var copies in _copies)
        {
            if (copies.Region == region)
                copies.Drop(name, number);
        }

        Waiters.Wake(location.Id);
    }

    /// <summary>The same of an entry of any region and build.</summary>
    public void RecordOwn(long before, long number, ReadOnlySpan<byte> entry)
    {
        Removals.Record(before, number, NameOf(entry));
        Tell(entry, number);
    }

    /// <summary>Takes over changes that were announced. Each has the number after the one before.</summary>
    private bool Record(long before, long number, ReadOnlySpan<byte> entries)
    {
        var isComplete = true;
        while (BackplaneMessage.TryTake(ref entries, out var entry))
        {
            isComplete &= Removals.Record(before, number, NameOf(entry));
            Tell(entry, number); // also a number that is not new: after a failover, a clock that is behind issues lower ones
            (before, number) = (number, number + 1);
        }

        isComplete &= entries.IsEmpty; // what cannot be read has been missed
        if (!isComplete)
            _ = QuietlyAsync();
        return isComplete;
    }

    private void Tell(ReadOnlySpan<byte> entry, long number)
    {
        foreach (var copies in _copies)
        {
            if (_keys.NameOf(copies.Region, Partition, entry) is { } name)
                copies.Drop(name, number);
        }

        Waiters.Wake(entry); // the caller that computes it has lost the lease
    }

    /// <inheritdoc/>
    public override Task<bool> PollAsync() => _polls.RunAsync();

    /// <inheritdoc/>
    public override Task<bool> LookSinceAsync(long moment) => Volatile.Read(ref _validUntil) - _validFor > moment ? Task.FromResult(true) : PollAsync();

    /// <summary>Sees to it that this instance knows what Redis had shown: a value that is computed from now on may be made of copies of others.</summary>
    /// <exception cref="Exception">One that <see cref="RedisFailure.IsRedis"/> knows.</exception>
    public async ValueTask CatchUpAsync(EpochStamp stamp, long removal)
    {
        if (TagState.At(stamp) is null && !await TagState.TryShowAsync(stamp, CancellationToken.None).ConfigureAwait(false))
            await TagState.CoverAsync(stamp, CancellationToken.None).ConfigureAwait(false);
        if (Removals.Known is >= 0 and var known && removal > known)
            await _removalSyncs.RunAsync().ConfigureAwait(false);
    }

    private async Task<bool> PollOnceAsync()
    {
        var start = _time.GetTimestamp();
        try
        {
            var (stamp, removal) = await _commands.PollAsync(Partition).ConfigureAwait(false);
            if (stamp is null)
                await TagState.RenewAsync(CancellationToken.None).ConfigureAwait(false);
            else if (TagState.At(stamp.Value) is null && await TagState.CoverAsync(stamp.Value, CancellationToken.None).ConfigureAwait(false) is null)
                return false;
            if (removal != Removals.Known)
                await _removalSyncs.RunAsync().ConfigureAwait(false);
            Volatile.Write(ref _validUntil, start + _validFor);
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            return false;
        }
    }

    private async Task QuietlyAsync()
    {
        try
        {
            await _removalSyncs.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    private async Task<bool> SyncRemovalsOnceAsync()
    {
        var asked = Removals.Known;
        var page = await _commands.SyncRemovalsAsync(Partition, Math.Max(0, asked)).ConfigureAwait(false);
        if (!Removals.Adopt(asked, page, NameOf))
        {
            foreach (var copies in _copies)
                copies.DropAll(this);
            return true;
        }

        foreach (var row in page.Removals)
            Tell(row.Entry, row.Number);

        return true;
    }

    /// <summary>Returns the name of an entry in the log; null if no region with local copies has it. If two regions share a name, at worst a copy is dropped needlessly.</summary>
    private string? NameOf(ReadOnlySpan<byte> entry)
    {
        foreach (var copies in _copies)
        {
            if (_keys.NameOf(copies.Region, Partition, entry) is { } name)
                return name;
        }

        return null;
    }

    private string? NameOf(byte[] entry) => NameOf(entry.AsSpan());
}

/// <summary>Receives the changes in Redis for the local copies of a region's entries.</summary>
internal interface ILocalCopies
{
    /// <summary>Gets the region of the entries.</summary>
    CacheRegion Region { get; }

    /// <summary>An entry was removed or overwritten: copies that are not newer than this number are gone.</summary>
    void Drop(string name, long number);

    /// <summary>Changes were missed: all copies that are validated by this are gone.</summary>
    void DropAll(EntryWatch watch);
}

/// <summary>Represents work of which one run serves all callers that request it in the meantime. Each run begins after it was requested, and after the previous run has ended.</summary>
internal sealed class OneAtATime<T>(Func<Task<T>> work)
{
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Task<T>? _queued;

    public Task<T> RunAsync()
    {
        lock (_lock)
            return _queued ??= RunAfterAsync(_running);
    }

    private async Task<T> RunAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            _running = _queued!;
            _queued = null;
        }

        return await work().ConfigureAwait(false);
    }
}
