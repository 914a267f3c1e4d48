using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>The services of an application whose Redis must not be asked for: each attempt is counted, and fails.</summary>
internal sealed class Unconnected : IDisposable
{
    private int _connections;

    public Unconnected(Action<IServiceCollection>? services = null, TimeProvider? time = null)
    {
        if (time is not null)
            Collection.AddSingleton(time);
        Collection.AddRedisTagCache(options => options.ConnectionMultiplexerFactory = () =>
        {
            Interlocked.Increment(ref _connections);
            throw new InvalidOperationException("A connection was opened.");
        });
        services?.Invoke(Collection);
        Provider = Collection.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public ServiceCollection Collection { get; } = [];

    public ServiceProvider Provider { get; }

    public int Connections => Volatile.Read(ref _connections);

    public T Get<T>()
        where T : notnull => Provider.GetRequiredService<T>();

    public void Dispose() => Provider.Dispose();
}
