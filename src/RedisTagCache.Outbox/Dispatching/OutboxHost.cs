using Microsoft.Extensions.Hosting;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>Starts the background service of an outbox. Creates it only then, after the options and the names of caches were checked.</summary>
internal sealed class OutboxHost(Func<OutboxDispatcher> find) : IHostedService
{
    private OutboxDispatcher? _dispatcher;

    public Task StartAsync(CancellationToken cancellationToken) => (_dispatcher = find()).StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _dispatcher?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
