using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// The messages of the other instances, one channel a partition, in the order in which Redis sent them. Nothing depends on their coming:
/// what is missed is found by looking.
/// </summary>
internal sealed class Backplane(RedisConnection connection, ILogger<Backplane> logger) : IDisposable
{
    private readonly Dictionary<int, ChannelMessageQueue?> _queues = [];

    /// <summary>Subscribes where that has not succeeded yet; true when it did now. The client repeats it by itself after a lost connection.</summary>
    public async Task<bool> TrySubscribeAsync(Partition partition, Action<ReadOnlyMemory<byte>> receive, TimeSpan timeout, TimeProvider time)
    {
        lock (_queues)
        {
            if (!_queues.TryAdd(partition.Index, null))
                return false;
        }

        try
        {
            var subscriber = await connection.GetSubscriberAsync().WaitAsync(timeout, time).ConfigureAwait(false);
            var queue = await subscriber.SubscribeAsync(RedisChannel.Literal(partition.Channel)).WaitAsync(timeout, time).ConfigureAwait(false);
            queue.OnMessage(message => receive((byte[]?)message.Message ?? []));
            lock (_queues)
                _queues[partition.Index] = queue;
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(logger, e);
            lock (_queues)
                _queues.Remove(partition.Index);
            return false;
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
        }
    }
}
