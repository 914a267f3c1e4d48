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
internal sealed class Backplane(RedisConnection connection, ILogger<Backplane> logger) : IDisposable
{
    private readonly Dictionary<int, ChannelMessageQueue?> _queues = [];
    private ISubscriber? _subscriber;
    private bool _disposed;
    private int _isPollingOnly;

    /// <summary>Subscribes where that has not succeeded yet; true when it did now. The client repeats it by itself after a lost connection.</summary>
    public async Task<bool> TrySubscribeAsync(Partition partition, Action<ReadOnlyMemory<byte>> receive, TimeSpan timeout, TimeProvider time)
    {
        lock (_queues)
        {
            if (!_queues.TryAdd(partition.Index, null))
                return false;
        }

        ChannelMessageQueue? queue = null;
        try
        {
            var subscriber = await connection.GetSubscriberAsync().WaitAsync(timeout, time).ConfigureAwait(false);
            var channel = ChannelOf(partition);
            _subscriber = subscriber;

            // Fire and forget, because a failure would return no queue, although the client fills it as soon as it can. The ping shows whether it succeeded.
            queue = await subscriber.SubscribeAsync(channel, CommandFlags.FireAndForget).ConfigureAwait(false);
            queue.OnMessage(message => Receive(receive, (byte[]?)message.Message ?? []));
            await subscriber.PingAsync().WaitAsync(timeout, time).ConfigureAwait(false);
            if (subscriber.SubscribedEndpoint(channel) is null)
                throw new RedisTagCacheUnavailableException("Redis refused the subscription to a channel.");
            Hold(partition, queue);
            return true;
        }
        catch (NotSupportedException e)
        {
            // A proxy without subscriptions: polling finds the changes. The partitions stay recorded, so that this is neither tried nor logged again.
            if (Interlocked.Exchange(ref _isPollingOnly, 1) == 0)
                Log.SubscriptionsNotSupported(logger, e);
            return false;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || connection.IsClosing(e))
        {
            Log.BackgroundCommandFailed(logger, e);
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
            BackgroundFault.Report(logger, e);
        }
    }

    private static RedisChannel ChannelOf(Partition partition) => partition.IsSharded ? RedisChannel.Sharded(partition.Channel) : RedisChannel.Literal(partition.Channel);

    private void Hold(Partition partition, ChannelMessageQueue queue)
    {
        lock (_queues)
        {
            if (_disposed)
                queue.Unsubscribe(CommandFlags.FireAndForget);
            else
                _queues[partition.Index] = queue;
        }
    }

    public void Dispose()
    {
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
