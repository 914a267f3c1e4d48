using RedisTagCache.Connection;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>The connections that caches have made. Caches with the same settings share one, which is closed with the last of them.</summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly Dictionary<object, Pooled> _current = [];
    private readonly List<Pooled> _replaced = [];
    private readonly SemaphoreSlim _replacing = new(1);

    /// <summary>Gets the connection with a key, making it if there is none.</summary>
    /// <param name="key">What tells the settings from others.</param>
    /// <param name="connect">Makes the connection.</param>
    public async Task<IConnectionMultiplexer> RentAsync(object key, Func<Task<IConnectionMultiplexer>> connect)
    {
        Pooled pooled;
        lock (_current)
        {
            if (!_current.TryGetValue(key, out pooled!))
                _current.Add(key, pooled = new Pooled(Task.Run(connect)));
            pooled.Users++;
        }

        try
        {
            return await pooled.Connecting.ConfigureAwait(false);
        }
        catch
        {
            lock (_current)
            {
                if (_current.GetValueOrDefault(key) == pooled)
                    _current.Remove(key); // the next one tries again
            }

            throw;
        }
    }

    /// <summary>Makes a connection that takes the place of one on which nothing is answered. Another cache may have done so already.</summary>
    /// <param name="key">What tells the settings from others.</param>
    /// <param name="stuck">The connection. Its users give it back one by one.</param>
    /// <param name="connect">Makes the connection.</param>
    /// <param name="ask">Asks the server.</param>
    /// <returns>A connection on which the server responds. <see langword="null"/> if it does not.</returns>
    public async Task<IConnectionMultiplexer?> ReplaceAsync(
        object key, IConnectionMultiplexer stuck, Func<Task<IConnectionMultiplexer>> connect, Func<IConnectionMultiplexer, Task> ask)
    {
        await _replacing.WaitAsync().ConfigureAwait(false);
        try
        {
            var fresh = RentOther(key, stuck) ?? await connect().ConfigureAwait(false);
            if (!await RespondsAsync(fresh, ask).ConfigureAwait(false))
            {
                if (Return(fresh))
                    fresh.CloseAsync(allowCommandsToComplete: false).Forget();
                return null;
            }

            Put(key, fresh);
            return fresh;
        }
        catch (RedisException)
        {
            return null; // there is no other connection
        }
        finally
        {
            _replacing.Release();
        }
    }

    /// <summary>Gives a connection back.</summary>
    /// <returns>Whether nobody uses it any more, so that the caller closes it.</returns>
    public bool Return(IConnectionMultiplexer connection)
    {
        lock (_current)
        {
            if (_current.FirstOrDefault(pair => pair.Value.Is(connection)) is { Value: { } current } known)
                return --current.Users == 0 && _current.Remove(known.Key);
            return _replaced.Find(pooled => pooled.Is(connection)) is not { } replaced || (--replaced.Users == 0 && _replaced.Remove(replaced));
        }
    }

    public void Dispose() => _replacing.Dispose();

    private IConnectionMultiplexer? RentOther(object key, IConnectionMultiplexer stuck)
    {
        lock (_current)
        {
            if (_current.GetValueOrDefault(key) is not { Connecting.IsCompletedSuccessfully: true } pooled || pooled.Is(stuck))
                return null;
            pooled.Users++;
            return pooled.Connecting.Result;
        }
    }

    /// <summary>Lets later caches use a new connection. Does nothing if they do.</summary>
    private void Put(object key, IConnectionMultiplexer fresh)
    {
        lock (_current)
        {
            if (_current.TryGetValue(key, out var pooled))
            {
                if (pooled.Is(fresh))
                    return;
                _replaced.Add(pooled);
            }

            _current[key] = new Pooled(Task.FromResult(fresh)) { Users = 1 };
        }
    }

    private static async Task<bool> RespondsAsync(IConnectionMultiplexer connection, Func<IConnectionMultiplexer, Task> ask)
    {
        try
        {
            await ask(connection).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || e is ObjectDisposedException)
        {
            return false;
        }
    }

    private sealed class Pooled(Task<IConnectionMultiplexer> connecting)
    {
        public Task<IConnectionMultiplexer> Connecting => connecting;

        public int Users { get; set; }

        public bool Is(IConnectionMultiplexer connection) => connecting.IsCompletedSuccessfully && connecting.Result == connection;
    }
}
