namespace RedisTagCache.Store;

/// <summary>A lease that this instance has, renewed while a factory runs. Given back by the write, or by <see cref="ReleaseAsync"/>.</summary>
internal sealed class HeldLease : IHeldLease, IDisposable
{
    private readonly ValueStore _store;
    private readonly ValueAddress _address;
    private readonly ITimer _timer;
    private int _renewing;

    public HeldLease(ValueStore store, ValueAddress address, string owner, TimeSpan duration, TimeProvider time)
    {
        _store = store;
        _address = address;
        Owner = owner;
        _timer = time.CreateTimer(static lease => ((HeldLease)lease!).Renew(), this, duration / 3, duration / 3);
    }

    public string Owner { get; }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(TimeSpan pause)
    {
        Dispose();
        return _store.ReleaseAsync(_address, Owner, pause);
    }

    /// <inheritdoc/>
    public ValueTask PassAsync(TimeSpan duration)
    {
        Dispose();
        return _store.PassAsync(_address, Owner, duration);
    }

    private void Renew()
    {
        if (Interlocked.Exchange(ref _renewing, 1) == 0)
            _ = RenewAsync();
    }

    private async Task RenewAsync()
    {
        // Once it is another's it stays so; what is computed is judged when it is written.
        try
        {
            if (!await _store.RenewAsync(_address, Owner).ConfigureAwait(false))
                Dispose();
        }
#pragma warning disable CA1031 // Nothing may end the renewals.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _store.Report(e);
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    public void Dispose() => _timer.Dispose();
}
