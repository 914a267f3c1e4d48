using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>Hands FusionCache's messages through a channel of Redis. Stands in for its own package of that purpose, which is not at hand here.</summary>
internal sealed class FusionBackplane(ConnectionMultiplexer connection) : IFusionCacheBackplane
{
    private readonly ISubscriber _subscriber = connection.GetSubscriber();
    private RedisChannel _channel;

    public void Subscribe(BackplaneSubscriptionOptions options)
    {
        _channel = RedisChannel.Literal(options.ChannelName!);
        _subscriber.Subscribe(_channel, (_, message) => Task.Run(async () => await options.IncomingMessageHandlerAsync!(BackplaneMessage.FromByteArray(message!))));
        options.ConnectHandler?.Invoke(new BackplaneConnectionInfo(false));
    }

    public ValueTask SubscribeAsync(BackplaneSubscriptionOptions options)
    {
        Subscribe(options);
        return default;
    }

    public void Unsubscribe() => _subscriber.Unsubscribe(_channel);

    public async ValueTask UnsubscribeAsync() => await _subscriber.UnsubscribeAsync(_channel);

    public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        _subscriber.Publish(_channel, BackplaneMessage.ToByteArray(message));

    public async ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        await _subscriber.PublishAsync(_channel, BackplaneMessage.ToByteArray(message));
}
