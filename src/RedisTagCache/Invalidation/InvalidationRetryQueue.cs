using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;

namespace RedisTagCache.Invalidation;

/// <summary>
/// The evictions, or the removals, that Redis did not confirm. They are retried until it does: when the connection or the circuit is back, and every second.
/// If there are more than fit into the queue, an eviction of everything in their partition replaces them.
/// </summary>
internal sealed class InvalidationRetryQueue(Func<int, IReadOnlyCollection<byte[]>, CancellationToken, Task<bool>> retry, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How many are queued, in all partitions together. A partition that exceeds it queues one for everything.</summary>
    public const int Most = 20_000;

    private const byte EverythingMark = (byte)'*';

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Dictionary<string, byte[]>> _byPartition = [];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private bool _running;
    private volatile bool _hasAny;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byPartition.Values.Sum(static pending => pending.Count);
        }
    }

    /// <summary>Returns whether members stand for everything in their partition.</summary>
    public static bool IsEverything(IReadOnlyCollection<byte[]> members) => members.Count == 1 && IsEverything(members.First());

    /// <summary>Queues members to be retried.</summary>
    /// <returns>False when there were too many, so that everything in the partition takes their place.</returns>
    public bool Add(int partition, IReadOnlyCollection<byte[]> members)
    {
        bool isOneByOne;
        var isFirst = false;
        lock (_lock)
        {
            if (!_byPartition.TryGetValue(partition, out var pending))
                _byPartition[partition] = pending = [];
            var wasEverything = pending.Count == 1 && IsEverything(pending.Values.First());
            foreach (var member in members)
                pending[Convert.ToBase64String(member)] = member;
            isOneByOne = !wasEverything && !IsEverything(members) && _byPartition.Values.Sum(static kept => kept.Count) <= Most;
            if (!isOneByOne)
            {
                // An array of its own each time: see Confirm.
                isFirst = !wasEverything;
                byte[] everything = [EverythingMark];
                pending.Clear();
                pending[Convert.ToBase64String(everything)] = everything;
            }

            _hasAny = true;
            if (!_running)
            {
                _running = true;
                _ = Task.Run(RunAsync);
            }
        }

        if (isFirst)
            Log.EvictionsCoarsened(logger);
        return isOneByOne;
    }

    /// <summary>Queues an eviction of everything in a partition, also if one is being retried.</summary>
    public void AddEverything(int partition) => Add(partition, [[EverythingMark]]);

    /// <summary>Gets whether there is none.</summary>
    public bool IsEmpty => !_hasAny;

    /// <summary>Returns whether a member is queued, by itself or with everything in its partition.</summary>
    public bool Contains(int partition, byte[] member)
    {
        lock (_lock)
            return _byPartition.TryGetValue(partition, out var pending) && (pending.ContainsKey(Convert.ToBase64String(member)) || IsEverything(pending.Values));
    }

    /// <summary>Returns the array that was queued for a member, which can be confirmed. Null if there is none.</summary>
    public byte[]? Find(int partition, byte[] member)
    {
        lock (_lock)
            return _byPartition.GetValueOrDefault(partition)?.GetValueOrDefault(Convert.ToBase64String(member));
    }

    private static bool IsEverything(byte[] member) => member is [EverythingMark];

    /// <summary>Retries at once what there is.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_running && _wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            for (var tries = 1; ; tries++)
            {
                using (var pausing = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
                {
                    await Task.WhenAny(_wake.WaitAsync(pausing.Token), Task.Delay(RetryPolicy.Owed.PauseAfter(tries), time, pausing.Token)).ConfigureAwait(false);
                    await pausing.CancelAsync().ConfigureAwait(false);
                }

                _stopping.Token.ThrowIfCancellationRequested();
                foreach (var (partition, members) in Snapshot())
                {
                    if (await TryAsync(partition, members).ConfigureAwait(false))
                        Confirm(partition, members);
                }

                lock (_lock)
                {
                    if (_byPartition.Count == 0)
                    {
                        _running = false;
                        return;
                    }
                }
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // disposed, whatever that did to the try under way
        }
    }

    private async Task<bool> TryAsync(int partition, byte[][] members)
    {
        try
        {
            return await retry(partition, members, _stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing may end the loop.
        catch (Exception e) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(logger, e);
            return false;
        }
    }

    private List<(int Partition, byte[][] Members)> Snapshot()
    {
        lock (_lock)
            return [.. _byPartition.Select(p => (p.Key, p.Value.Values.ToArray()))];
    }

    /// <summary>Removes members that need not be retried any more.</summary>
    public void Confirm(int partition, ReadOnlySpan<byte[]> members)
    {
        lock (_lock)
        {
            // Only these arrays are removed: a member that was added again in the meantime stays.
            if (!_byPartition.TryGetValue(partition, out var pending))
                return;
            foreach (var member in members)
            {
                var name = Convert.ToBase64String(member);
                if (ReferenceEquals(pending.GetValueOrDefault(name), member))
                    pending.Remove(name);
            }

            if (pending.Count == 0)
                _byPartition.Remove(partition);
            _hasAny = _byPartition.Count > 0;
        }
    }

    public void Dispose() => _stopping.Cancel();
}
