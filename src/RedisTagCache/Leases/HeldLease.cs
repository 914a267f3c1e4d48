using System.Buffers;
using RedisTagCache.Entries;

namespace RedisTagCache.Leases;

/// <summary>A lease that this instance owns. It is released by the write, or by one of these methods.</summary>
internal abstract class OwnedLease
{
    /// <summary>Releases the lease without a value.</summary>
    /// <param name="pause">How long callers that have an old value do not try again. Zero for not at all.</param>
    public abstract ValueTask ReleaseAsync(TimeSpan pause);

    /// <summary>Releases the lease because the value is not stored. Those that wait for it compute their own, and not one after the other.</summary>
    /// <param name="duration">How long. Then one caller is asked to lead again.</param>
    public abstract ValueTask PassAsync(TimeSpan duration);
}

/// <summary>A lease that is known to this process alone, because Redis grants none.</summary>
internal interface IInProcessLease
{
    /// <summary>Writes the entry into Redis. If Redis does not take it, it is for this process.</summary>
    Task<CacheWriteOutcome> SetAsync(ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options);

    /// <summary>Ends the time in which no caller needs a lease.</summary>
    void Resume();
}

/// <summary>A lease that this instance has, renewed while a factory runs. Given back by the write, or by <see cref="ReleaseAsync"/>.</summary>
internal sealed class HeldLease : OwnedLease, IDisposable
{
    private readonly LeaseClient _client;
    private readonly ValueAddress _address;
    private readonly ITimer _timer;
    private int _renewing;

    public HeldLease(LeaseClient client, ValueAddress address, string owner, TimeSpan duration, TimeProvider time)
    {
        _client = client;
        _address = address;
        Owner = owner;
        _timer = time.CreateTimer(static lease => ((HeldLease)lease!).Renew(), this, duration / 3, duration / 3);
    }

    public string Owner { get; }

    /// <inheritdoc/>
    public override ValueTask ReleaseAsync(TimeSpan pause)
    {
        Dispose();
        return _client.ReleaseAsync(_address, Owner, pause);
    }

    /// <inheritdoc/>
    public override ValueTask PassAsync(TimeSpan duration)
    {
        Dispose();
        return _client.PassAsync(_address, Owner, duration);
    }

    private void Renew()
    {
        if (Interlocked.Exchange(ref _renewing, 1) == 0)
            _ = RenewAsync();
    }

    private async Task RenewAsync()
    {
        // Once another caller has the lease, this one does not get it back. The value is validated when it is written.
        try
        {
            if (!await _client.RenewAsync(_address, Owner).ConfigureAwait(false))
                Dispose();
        }
#pragma warning disable CA1031 // Nothing may end the renewals.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _client.Report(e);
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    public void Dispose() => _timer.Dispose();
}
