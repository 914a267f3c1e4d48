using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>The connections that caches have made. Caches with the same settings share one, which is closed with the last of them.</summary>
internal sealed class ConnectionPool
{
    private readonly Dictionary<object, Pooled> _byKey = [];

    /// <summary>Gets the connection with a key, making it if there is none.</summary>
    /// <param name="key">What tells the settings from others.</param>
    /// <param name="connect">Makes the connection.</param>
    public async Task<IConnectionMultiplexer> RentAsync(object key, Func<Task<IConnectionMultiplexer>> connect)
    {
        Pooled pooled;
        lock (_byKey)
        {
            if (!_byKey.TryGetValue(key, out pooled!))
                _byKey.Add(key, pooled = new Pooled { Connecting = connect() });
            pooled.Users++;
        }

        try
        {
            return await pooled.Connecting.ConfigureAwait(false);
        }
        catch
        {
            lock (_byKey)
            {
                if (_byKey.GetValueOrDefault(key) == pooled)
                    _byKey.Remove(key); // the next one tries again
            }

            throw;
        }
    }

    /// <summary>Gives a connection back.</summary>
    /// <returns>Whether nobody uses it any more, so that the caller closes it.</returns>
    public bool Return(object key, IConnectionMultiplexer connection)
    {
        lock (_byKey)
        {
            if (!_byKey.TryGetValue(key, out var pooled) || !pooled.Connecting.IsCompletedSuccessfully || pooled.Connecting.Result != connection)
                return true;
            if (--pooled.Users > 0)
                return false;
            _byKey.Remove(key);
            return true;
        }
    }

    private sealed class Pooled
    {
        public required Task<IConnectionMultiplexer> Connecting { get; init; }

        public int Users { get; set; }
    }
}
