using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Tags;

/// <summary>
/// After a disturbance (a connection lost or restored, another primary) rebuilds the tag states until it succeeds, also when nobody reads:
/// an instance that issued an eviction must find out, by itself, that a failover lost it.
/// </summary>
internal sealed class TagStateRebuild(Func<IEnumerable<TagState>> tagStates, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private int _running;

    /// <summary>From now on no entry is validated by what was known before.</summary>
    public void Begin()
    {
        foreach (var tagState in tagStates())
            tagState.Distrust();
        Run();
    }

    private void Run()
    {
        if (Interlocked.Exchange(ref _running, 1) == 0)
            _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        try
        {
            for (var tries = 1; !await TryAsync().ConfigureAwait(false); tries++)
                await Task.Delay(RetryPolicy.Owed.PauseAfter(tries), time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }

        // Another disturbance may have come between the last look and the end.
        if (NeedsRebuild())
            Run();
    }

    private async Task<bool> TryAsync()
    {
        try
        {
            await Task.WhenAll(tagStates().Where(m => m.NeedsRebuild).Select(m => m.RenewAsync(_stopping.Token).AsTask())).ConfigureAwait(false);
            return !NeedsRebuild();
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !_stopping.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Nothing may end the loop.
        catch (Exception e) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(logger, e);
            return false;
        }
    }

    private bool NeedsRebuild() => tagStates().Any(m => m.NeedsRebuild);

    public void Dispose() => _stopping.Cancel();
}
