using System.Buffers.Text;
using Microsoft.Extensions.Logging;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Scripts;
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
                throw new RedisTagCacheUnavailableException("Redis rejected the subscription to a channel.");
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

/// <summary>
/// What a script announces on the channel of its partition:
/// <code>
/// m BEFORE AFTER FLOOR LENGTH:MEMBER...   tag invalidations were raised: an eviction or an expiry
/// r BEFORE FIRST LENGTH:ENTRY...          entries were removed or overwritten: the first has the number FIRST, and each other one the next number
/// l ENTRY                                 a lease was released, or its value is stored
/// p ENTRY                                 a lease was released, and no caller needs it: its value is not stored
/// </code>
/// without the first space. BEFORE shows whether a message was missed.
/// </summary>
internal static class BackplaneMessage
{
    public const byte TagInvalidations = (byte)'m';
    public const byte Removal = (byte)'r';
    public const byte Release = (byte)'l';
    public const byte Pass = (byte)'p';

    public static bool TryParseTagInvalidations(ReadOnlySpan<byte> message, out TagInvalidationReply reply, out List<byte[]> members)
    {
        (reply, members) = (null!, []);
        if (!TryStart(ref message, TagInvalidations)
            || !EpochStamp.TryParse(TakeWord(ref message), out var before)
            || !EpochStamp.TryParse(TakeWord(ref message), out var after)
            || !TryParseNumber(TakeWord(ref message), out var floor))
        {
            return false;
        }

        while (!message.IsEmpty)
        {
            if (!TryTake(ref message, out var member))
                return false;
            members.Add(member.ToArray());
        }

        reply = new TagInvalidationReply(before, after, floor);
        return true;
    }

    /// <summary>Reads the numbers of a message. The entries follow: see <see cref="TryTake"/>.</summary>
    public static bool TryParseRemovals(ReadOnlySpan<byte> message, out long before, out long first, out ReadOnlySpan<byte> entries)
    {
        (before, first) = (0, 0);
        entries = default;
        if (!TryStart(ref message, Removal) || !TryParseNumber(TakeWord(ref message), out before) || !TryParseNumber(TakeWord(ref message), out first))
            return false;
        entries = message;
        return true;
    }

    /// <summary>Takes the first of the members or entries that a message has after its numbers.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> item)
    {
        item = default;
        if (!Utf8Parser.TryParse(list, out int length, out var used) || used == list.Length || list[used] != (byte)':')
            return false;
        var rest = list[(used + 1)..];
        if (length < 0 || length > rest.Length)
            return false;
        item = rest[..length];
        list = rest[length..];
        return true;
    }

    public static bool TryParseRelease(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> entry, out bool isPassed)
    {
        isPassed = TryStart(ref message, Pass);
        var isRelease = isPassed || TryStart(ref message, Release);
        entry = message;
        return isRelease;
    }

    private static bool TryStart(ref ReadOnlySpan<byte> message, byte kind)
    {
        if (message.IsEmpty || message[0] != kind)
            return false;
        message = message[1..];
        return true;
    }

    private static ReadOnlySpan<byte> TakeWord(ref ReadOnlySpan<byte> message)
    {
        var end = message.IndexOf((byte)' ');
        var word = end < 0 ? message : message[..end];
        message = end < 0 ? default : message[(end + 1)..];
        return word;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> word, out long number) => Utf8Parser.TryParse(word, out number, out var used) && used == word.Length;
}
