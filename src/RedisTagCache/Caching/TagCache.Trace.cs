using RedisTagCache.Diagnostics;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    /// <summary>Gets what <see cref="TryGetCopy"/> did not return. It is traced only if there is a listener, so that it costs nothing otherwise.</summary>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        var around = RunningFactory.Token;
        return !around.CanBeCanceled || around == cancellationToken ? TraceAsync(key, factory, policy, tags, cancellationToken)
            : !cancellationToken.CanBeCanceled ? TraceAsync(key, factory, policy, tags, around)
            : LinkedAsync(key, factory, policy, tags, around, cancellationToken);
    }

    private ValueTask<T> TraceAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken) =>
        CacheActivity.HasListeners
            ? TracedAsync(key, factory, policy, tags, cancellationToken)
            : GetOrCreateAsync(key, factory, policy, tags, activity: null, cancellationToken);

    /// <summary>Within a factory: the call ends if no caller waits for that factory any more.</summary>
    private async ValueTask<T> LinkedAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken around, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, around);
        try
        {
            return await TraceAsync(key, factory, policy, tags, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private async ValueTask<T> TracedAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        using var activity = CacheActivity.GetOrCreate(_meter);
        try
        {
            return await GetOrCreateAsync(key, factory, policy, tags, activity, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity.Outcome(e is OperationCanceledException && cancellationToken.IsCancellationRequested ? CacheOutcome.Canceled : CacheOutcome.Error);
            throw;
        }
    }

    private void CountFlight<T>(ValueCall<T> call, CacheEventDetail role)
    {
        _meter.Flight(role);
        call.Activity.Role(role);
    }

    private void CountFailSafe<T>(ValueCall<T> call)
    {
        _meter.Lookup(CacheRegion.Hybrid, CacheOutcome.FailSafe);
        call.Activity.Outcome(CacheOutcome.FailSafe);
    }
}
