using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Invalidation;

/// <summary>Follows all partitions, from the first use of a value or the first missing page on: subscribes to what is announced, and looks every second for what was not.</summary>
internal sealed class FleetWatch : IDisposable
{
    private const int VerifyEvery = 30;

    private readonly Func<ValueTask<ImmutableArray<PartitionWatch>>> _partitions;
    private readonly Backplane _backplane;
    private readonly RedisConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task? _started;

    public FleetWatch(Func<ValueTask<ImmutableArray<PartitionWatch>>> partitions, Backplane backplane, RedisConnection connection, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        _partitions = partitions;
        _backplane = backplane;
        _connection = connection;
        _timeout = timeout;
        _time = time;
        _logger = logger;
        connection.SubscriptionsRestored += OnSubscriptionsRestored;
    }

    /// <summary>Gets the number of partitions whose messages do not arrive, although this instance has subscribed.</summary>
    public int CountSilent(ImmutableArray<PartitionWatch> partitions) =>
        Volatile.Read(ref _started) is { IsCompleted: true } ? _backplane.CountSilent(partitions.Select(static partition => partition.Partition)) : 0;

    /// <summary>Starts polling, and completes after the first poll. Before it, nothing is cached locally. It does not wait where the first poll has to read many tag invalidations.</summary>
    public Task StartAsync()
    {
        if (Volatile.Read(ref _started) is { } started)
            return started;
        lock (_lock)
        {
            // What belongs to the first caller, such as its trace, ends with it.
            using (ExecutionContext.SuppressFlow())
                return _started ??= Task.Run(BeginAsync);
        }
    }

    private async Task BeginAsync()
    {
        var looking = Task.CompletedTask;
        await SafelyAsync(async () =>
        {
            var looks = (await _partitions().ConfigureAwait(false)).Select(partition => (Look: LookAsync(partition), partition.TagState.IsLong)).ToArray();
            looking = Task.WhenAll(looks.Select(static look => look.Look));
            await Task.WhenAll(looks.Select(static look => Task.WhenAny(look.Look, look.IsLong))).ConfigureAwait(false);
        }).ConfigureAwait(false);
        _ = Task.Run(() => RunAsync(looking));
    }

    private async Task RunAsync(Task looking)
    {
        await SafelyAsync(() => looking).ConfigureAwait(false);
        try
        {
            using var timer = new PeriodicTimer(PartitionWatch.Interval, _time);
            for (var i = 1; await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false); i++)
            {
                await LookAsync().ConfigureAwait(false);
                if (i % VerifyEvery == 0)
                    await SafelyAsync(_connection.VerifyLayoutAsync).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private Task LookAsync() => SafelyAsync(async () => await Task.WhenAll((await _partitions().ConfigureAwait(false)).Select(LookAsync)).ConfigureAwait(false));

    private async Task SafelyAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing may end the loop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(_logger, e);
        }
    }

    private async Task LookAsync(PartitionWatch partition)
    {
        // What changed before the subscription stood was not announced: look again.
        if (await partition.PollAsync().ConfigureAwait(false)
            && await _backplane.TrySubscribeAsync(partition.Partition, partition.Receive, _timeout, _time).ConfigureAwait(false))
        {
            await partition.PollAsync().ConfigureAwait(false);
        }
    }

    // Announcements in the meantime did not arrive.
    private void OnSubscriptionsRestored()
    {
        if (Volatile.Read(ref _started) is not null)
            _ = LookAsync();
    }

    public void Dispose()
    {
        _connection.SubscriptionsRestored -= OnSubscriptionsRestored;
        _stopping.Cancel();
        _backplane.Dispose();
    }
}
