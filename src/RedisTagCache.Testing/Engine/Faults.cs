using System.Diagnostics;

namespace RedisTagCache.Testing.Engine;

/// <summary>The faults that a test has asked for.</summary>
internal sealed class Faults
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _latency;

    public bool LosesMessages { get; set; }

    public bool RejectsWrites { get; set; }

    /// <summary>Gets or sets how long each reply takes.</summary>
    public TimeSpan Latency
    {
        get
        {
            lock (_lock)
                return _latency;
        }

        set
        {
            lock (_lock)
            {
                _latency = value;
                _changed.SetResult();
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Gets whether a reply may be sent.</summary>
    /// <param name="since">The time stamp of the reply.</param>
    public bool IsDue(long since) => IsDue(since, out _, out _);

    /// <summary>Waits until a reply may be sent.</summary>
    /// <param name="since">The time stamp of the reply.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(long since, CancellationToken cancellationToken)
    {
        while (!IsDue(since, out var left, out var changed))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(left, TimeProvider.System, stop.Token)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool IsDue(long since, out TimeSpan left, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            left = _latency == Timeout.InfiniteTimeSpan ? _latency : _latency - Stopwatch.GetElapsedTime(since);
            return _latency == TimeSpan.Zero || (left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero);
        }
    }
}
