using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>The refreshes under way, for which the stop of the application waits: they use its services.</summary>
internal sealed class RunningRefreshes : IHostedService
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public void Add(Task refresh)
    {
        _running.TryAdd(refresh, true);
        _ = refresh.ContinueWith(
            static (ended, running) =>
            {
                _ = ended.Exception; // What a refresh throws that was given up is of no use any more.
                ((ConcurrentDictionary<Task, bool>)running!).TryRemove(ended, out _);
            },
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until the canceled refreshes have ended, within the time that the host has for its shutdown.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (!_running.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever a refresh throws, or the end of the time: the host goes on.
            catch (Exception)
#pragma warning restore CA1031
            {
                await Task.Yield();
            }
        }
    }
}
