using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Invalidation;

/// <summary>
/// The messages of the other instances, one channel a partition, in the order in which Redis sent them. Nothing depends on their coming:
/// what is missed is found by looking.
/// </summary>
internal sealed class Backplane : IDisposable
{
    private readonly RedisConnection _connection;
    private readonly ILogger<Backplane> _logger;
    private readonly Dictionary<int, ChannelMessageQueue?> _queues = [];
    private ISubscriber? _subscriber;
    private bool _disposed;
    private int _isPollingOnly;

    public Backplane(RedisConnection connection, ILogger<Backplane> logger)
    {
        _connection = connection;
        _logger = logger;
        connection.Replaced += OnReplaced;
    }

    /// <summary>Subscribes where that has not succeeded yet; true when it did now. The client repeats it by itself after a lost connection.</summary>
    public async Task<bool> TrySubscribeAsync(Partition partition, Action<ReadOnlyMemory<byte>> receive, TimeSpan timeout, TimeProvider time)
    {
        lock (_queues)
        {
            if (!_queues.TryAdd(partition.Index, null))
                return false;
        }

        ChannelMessageQueue? queue = null;
        var replacements = _connection.Replacements;
        try
        {
            var subscriber = await _connection.GetSubscriberAsync().WaitAsync(timeout, time).ConfigureAwait(false);
            var channel = ChannelOf(partition);
            _subscriber = subscriber;

            // Fire and forget, because a failure would return no queue, although the client fills it as soon as it can. The ping shows whether it succeeded.
            queue = await subscriber.SubscribeAsync(channel, CommandFlags.FireAndForget).ConfigureAwait(false);
            queue.OnMessage(message => Receive(receive, (byte[]?)message.Message ?? []));
            await subscriber.PingAsync().WaitAsync(timeout, time).ConfigureAwait(false);
            if (subscriber.SubscribedEndpoint(channel) is null)
                throw new RedisTagCacheUnavailableException("Redis refused the subscription to a channel.");
            if (Hold(partition, queue, replacements))
                return true;
            queue.Unsubscribe(CommandFlags.FireAndForget);
            return false;
        }
        catch (NotSupportedException e)
        {
            // A proxy without subscriptions: polling finds the changes. The partitions stay recorded, so that this is neither tried nor logged again.
            if (Interlocked.Exchange(ref _isPollingOnly, 1) == 0)
                Log.SubscriptionsNotSupported(_logger, e);
            return false;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || _connection.IsClosing(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
            queue?.Unsubscribe(CommandFlags.FireAndForget);
            lock (_queues)
                _queues.Remove(partition.Index);
            return false;
        }
    }

    /// <summary>For how many partitions no messages come at the moment.</summary>
    public int CountSilent(IEnumerable<Partition> partitions)
    {
        if (Volatile.Read(ref _isPollingOnly) != 0)
            return 0;
        lock (_queues)
            return partitions.Count(partition => !_queues.TryGetValue(partition.Index, out var queue) || queue is null || _subscriber?.IsConnected(ChannelOf(partition)) != true);
    }

    private void Receive(Action<ReadOnlyMemory<byte>> receive, byte[] message)
    {
        try
        {
            receive(message);
        }
#pragma warning disable CA1031 // Nothing may end the messages.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(_logger, e);
        }
    }

    private static RedisChannel ChannelOf(Partition partition) => partition.IsSharded ? RedisChannel.Sharded(partition.Channel) : RedisChannel.Literal(partition.Channel);

    /// <summary>Keeps a subscription, unless its connection has been replaced since that number of replacements, or nobody wants it.</summary>
    private bool Hold(Partition partition, ChannelMessageQueue queue, int replacements)
    {
        lock (_queues)
        {
            if (_disposed || _connection.Replacements != replacements)
                return false;
            _queues[partition.Index] = queue;
            return true;
        }
    }

    // Subscriptions of the old connection receive nothing any more. The next poll subscribes on the new one.
    private void OnReplaced()
    {
        lock (_queues)
            _queues.Clear();
    }

    public void Dispose()
    {
        _connection.Replaced -= OnReplaced;

        // The connection may be the application's, and live on.
        lock (_queues)
        {
            foreach (var queue in _queues.Values)
                queue?.Unsubscribe(CommandFlags.FireAndForget);
            _queues.Clear();
            _disposed = true;
        }
    }
}
