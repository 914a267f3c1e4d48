using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// Follows the changes in a partition, so that copies of its values can be judged without asking Redis: announcements are taken over as they
/// come, and a poll finds what was not announced. Copies are trusted while the last poll that succeeded is young enough.
/// </summary>
internal sealed class PartitionWatch(
    Partition partition, Mirror mirror, KeySpace keys, ValueCommands commands, TimeProvider time, CacheMeter meter, ILogger<PartitionWatch> logger)
{
    /// <summary>How often is looked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a look is good for: one that fails is made up for by the next, two are not.</summary>
    private static readonly TimeSpan _validity = TimeSpan.FromMilliseconds(1_900);

    private readonly long _validFor = (long)(_validity.TotalSeconds * time.TimestampFrequency);
    private ILocalCopies? _copies;
    private readonly Lock _lock = new();
    private Task _syncing = Task.CompletedTask;
    private Task? _queued;
    private long _validUntil;

    public Partition Partition => partition;

    public Mirror Mirror => mirror;

    public RemovalLog Removals { get; } = new();

    public void Attach(ILocalCopies copies)
    {
        _copies = copies;
        mirror.Presumed += () =>
        {
            Removals.Forget();
            copies.DropAll(this);
        };
    }

    /// <summary>Whether copies of this partition can be given out as what Redis has.</summary>
    /// <param name="now">A time stamp.</param>
    public bool IsCurrent(long now) => now < Volatile.Read(ref _validUntil) && mirror.IsTrusted;

    public void Receive(ReadOnlyMemory<byte> message)
    {
        if (BackplaneMessage.TryParseMarks(message.Span, out var reply, out var members))
        {
            var isComplete = mirror.Apply(reply, members.ToArray());
            meter.Message("eviction", isComplete ? "applied" : "gap");
            if (!isComplete)
                mirror.Refresh();
        }
        else if (BackplaneMessage.TryParseRemoval(message.Span, out var before, out var number, out var entry))
        {
            var isComplete = Hear(before, number, NameOf(entry));
            meter.Message("removal", isComplete ? "applied" : "gap");
        }
        else if (BackplaneMessage.TryParseRelease(message.Span, out var released) && NameOf(released) is { } name)
        {
            meter.Message("release", "applied");
            _copies?.Wake(name);
        }
    }

    /// <summary>Takes over a removal that was announced, or that this instance made.</summary>
    public bool Hear(long before, long number, string? name)
    {
        var isComplete = Removals.Hear(before, number, name);
        if (name is not null)
        {
            _copies?.Drop(name, number);
            _copies?.Wake(name);
        }

        if (!isComplete)
            _ = QuietlyAsync();
        return isComplete;
    }

    /// <summary>Looks whether anything was missed, and makes up for it. False when Redis did not answer.</summary>
    public async Task<bool> PollAsync()
    {
        var start = time.GetTimestamp();
        try
        {
            var (stamp, removal) = await commands.ProbeAsync(partition).ConfigureAwait(false);
            if (stamp is null)
                await mirror.RenewAsync(CancellationToken.None).ConfigureAwait(false);
            else if (mirror.At(stamp.Value) is null && await mirror.CoverAsync(stamp.Value, CancellationToken.None).ConfigureAwait(false) is null)
                return false;
            if (removal != Removals.Known)
                await SyncRemovalsAsync().ConfigureAwait(false);
            Volatile.Write(ref _validUntil, start + _validFor);
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(logger, e);
            return false;
        }
    }

    private async Task QuietlyAsync()
    {
        try
        {
            await SyncRemovalsAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(logger, e);
        }
    }

    /// <summary>One at a time, each begun after it was asked for.</summary>
    private Task SyncRemovalsAsync()
    {
        lock (_lock)
            return _queued ??= RunAfterAsync(_syncing);
    }

    private async Task RunAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            _syncing = _queued!;
            _queued = null;
        }

        var asked = Removals.Known;
        var page = await commands.SyncRemovalsAsync(partition, Math.Max(0, asked)).ConfigureAwait(false);
        if (!Removals.Adopt(asked, page, NameOf))
        {
            _copies?.DropAll(this);
            return;
        }

        foreach (var row in page.Removals)
        {
            if (NameOf(row.Entry) is { } name)
            {
                _copies?.Drop(name, row.Number);
                _copies?.Wake(name);
            }
        }
    }

    private string? NameOf(ReadOnlySpan<byte> entry) => keys.NameOf(CacheSurface.Hybrid, partition, entry);

    private string? NameOf(byte[] entry) => NameOf(entry.AsSpan());
}
