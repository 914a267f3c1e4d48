using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>The one connection of an instance: opened at first use, and replaced if it is stuck. Listeners learn when it is restored.</summary>
/// <remarks>An attempt that fails is followed by another at the earliest after a pause; callers in between see the same failure at once.</remarks>
internal sealed class RedisConnection(IRedisConnector connector, LayoutAgreement layout, TimeProvider time, ILogger<RedisConnection> logger) : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly LogThrottle _failures = new(time);
    private readonly LogThrottle _refusals = new(time);
    private IDatabase? _database;
    private IConnectionMultiplexer? _multiplexer;
    private Task<IDatabase>? _opening;
    private long _failedAt;
    private int _replacements;
    private bool _mayRetry;
    private bool _disposed;

    /// <summary>Raised when a connection is there, for the first time or again, and when the servers have other roles than before.</summary>
    public event Action? Restored;

    /// <summary>Raised when a connection was lost.</summary>
    public event Action? Lost;

    /// <summary>Raised when messages come again, after some may have been lost.</summary>
    public event Action? SubscriptionsRestored;

    /// <summary>Raised when another connection has taken the place of one that was stuck. Subscriptions of the old one are gone.</summary>
    public event Action? Replaced;

    /// <summary>Gets how often the connection was replaced.</summary>
    public int Replacements => Volatile.Read(ref _replacements);

    /// <summary>The database, opening the connection when there is none. The task is shared: bound your own wait.</summary>
    public ValueTask<IDatabase> GetDatabaseAsync()
    {
        var database = Volatile.Read(ref _database);
        return database is not null ? new(database) : new(Opening());
    }

    /// <summary>Where messages come from, opening the connection when there is none.</summary>
    public async Task<ISubscriber> GetSubscriberAsync() => (await GetDatabaseAsync().ConfigureAwait(false)).Multiplexer.GetSubscriber();

    /// <summary>Returns whether an exception only says that this connection is being closed, or was.</summary>
    public bool IsClosing(Exception e) => e is ObjectDisposedException && (_disposed || Volatile.Read(ref _multiplexer) is not { IsConnected: true });

    /// <summary>Whether there ever was a connection.</summary>
    public bool HasConnected { get; private set; }

    /// <summary>Gets the location of the cache, for log lines.</summary>
    public RedisLocation Location => new(Addresses.Of(Volatile.Read(ref _multiplexer), connector.Addresses), layout.KeyPrefix);

    /// <summary>The same, narrowed to the server that has a partition.</summary>
    public RedisLocation LocationOf(Partition? partition) =>
        partition is not null && Addresses.Of(Volatile.Read(ref _multiplexer), partition.Epoch) is { } address ? new(address, layout.KeyPrefix) : Location;

    private Task<IDatabase> Opening()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_opening is null || (_opening.IsFaulted && (_mayRetry || time.GetElapsedTime(_failedAt) >= RetryPolicy.Owed.FirstPause)))
            {
                _mayRetry = false;

                // What belongs to the caller, such as its trace, ends with it; the connection and its timers do not.
                using (ExecutionContext.SuppressFlow())
                    _opening = Task.Run(OpenAsync);
                _opening.Forget();
            }

            return _opening;
        }
    }

    private async Task<IDatabase> OpenAsync()
    {
        try
        {
            var database = await ReachAsync().ConfigureAwait(false);
            HasConnected = true;
            Restored?.Invoke();
            return database;
        }
        catch (Exception e)
        {
            _failedAt = time.GetTimestamp();
            var failure = await FailureReasons.FindAsync(e, Volatile.Read(ref _multiplexer), connector, time).ConfigureAwait(false);
            LogFailure(failure);
            throw failure;
        }
    }

    /// <summary>Connects, and agrees on the layout. If the connection was replaced in the meantime, does so on the new one.</summary>
    private async Task<IDatabase> ReachAsync()
    {
        var multiplexer = Volatile.Read(ref _multiplexer) ?? await ConnectAsync().ConfigureAwait(false);
        var database = multiplexer.GetDatabase();
        await layout.ReachAsync(database).ConfigureAwait(false);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_multiplexer == multiplexer)
                return _database = database;
        }

        return await ReachAsync().ConfigureAwait(false);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        var multiplexer = await connector.ConnectAsync().ConfigureAwait(false);
        lock (_lock)
        {
            if (!_disposed)
            {
                _multiplexer = multiplexer;
                Listen(multiplexer);
                return multiplexer;
            }
        }

        await DisposeOwnAsync(multiplexer).ConfigureAwait(false);
        throw new ObjectDisposedException(nameof(RedisConnection));
    }

    /// <summary>Puts a new connection in the place of this one, if the server responds to the new one. Does nothing to a connection that was given.</summary>
    /// <param name="ask">Asks the server. Its failure means that the new connection is no better.</param>
    /// <param name="isStuck">Whether the present connection still does not respond.</param>
    /// <returns>Whether it was replaced.</returns>
    public async Task<bool> TryReplaceAsync(Func<IDatabase, Task> ask, Func<bool> isStuck)
    {
        if (Volatile.Read(ref _multiplexer) is not { } stuck
            || await connector.ReplaceAsync(stuck, fresh => ask(fresh.GetDatabase())).ConfigureAwait(false) is not { } fresh)
        {
            return false;
        }

        var isReplaced = false;
        lock (_lock)
        {
            if (!_disposed && _multiplexer == stuck && isStuck())
            {
                isReplaced = true;
                StopListening(stuck);
                _multiplexer = fresh;
                Listen(fresh);
                if (_database is not null)
                    Volatile.Write(ref _database, fresh.GetDatabase());
                Volatile.Write(ref _replacements, _replacements + 1);
            }
        }

        if (!isReplaced)
        {
            AbandonAsync(fresh, TimeSpan.Zero).Forget();
            return false;
        }

        // On a cluster, calls to other servers are under way on it.
        AbandonAsync(stuck, _grace).Forget();
        Replaced?.Invoke();
        Restored?.Invoke();
        SubscriptionsRestored?.Invoke();
        VerifyLayoutAsync().Forget();
        return true;
    }

    private void Listen(IConnectionMultiplexer multiplexer)
    {
        multiplexer.ConnectionRestored += OnRestored;
        multiplexer.ConnectionFailed += OnLost;
        multiplexer.ConfigurationChanged += OnChanged;
    }

    private void StopListening(IConnectionMultiplexer multiplexer)
    {
        multiplexer.ConnectionRestored -= OnRestored;
        multiplexer.ConnectionFailed -= OnLost;
        multiplexer.ConfigurationChanged -= OnChanged;
    }

    /// <summary>Closes a connection without waiting for what is under way on it: nobody answers.</summary>
    private async Task AbandonAsync(IConnectionMultiplexer multiplexer, TimeSpan grace)
    {
        if (!connector.Return(multiplexer))
            return;
        await Task.Delay(grace, time).ConfigureAwait(false);
        await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        // The newer protocol has one connection for both.
        SubscriptionsRestored?.Invoke();
        if (e.ConnectionType == ConnectionType.Interactive)
            OnAnswering();
    }

    /// <summary>A server responds again, or for the first time: continues what waits for that.</summary>
    private void OnAnswering()
    {
        if (Volatile.Read(ref _database) is not null)
        {
            Restored?.Invoke();
            VerifyLayoutAsync().Forget();
            return;
        }

        try
        {
            Volatile.Write(ref _mayRetry, true);
            Opening().Forget();
        }
        catch (ObjectDisposedException)
        {
            // no caller waits any more
        }
    }

    /// <summary>Checks whether all instances still distribute their keys in the same way. If another layout has been fixed in the meantime, this instance is rejected until they do.</summary>
    public async Task VerifyLayoutAsync()
    {
        if (Volatile.Read(ref _database) is not { } database)
            return;
        try
        {
            await layout.ReachAsync(database).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException e)
        {
            lock (_lock)
            {
                _failedAt = time.GetTimestamp();
                _opening = Task.FromException<IDatabase>(e);
                _opening.Forget();
                Volatile.Write(ref _database, null);
            }

            LogFailure(e);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) || IsClosing(e))
        {
            Log.BackgroundCommandFailed(logger, e); // the next attempt finds out
        }
    }

    private void LogFailure(Exception e)
    {
        if (_disposed || !_failures.ShouldLog(out var count))
            return;
        Log.ConnectFailed(logger, Location, FailureReasons.Of(e), count);
        Log.FailureDetail(logger, e);
    }

    private void OnLost(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive)
            Lost?.Invoke();
        if (FailureReasons.IsPassword(e.Exception) && _refusals.ShouldLog(out var count))
            Log.AuthenticationFailed(logger, new RedisLocation(Addresses.Format(e.EndPoint), layout.KeyPrefix), count);
    }

    private void OnChanged(object? sender, EndPointEventArgs e) => OnAnswering();

    /// <summary>Asks the servers for their roles: one of them may have become the primary.</summary>
    public Task ReconfigureAsync() => Volatile.Read(ref _multiplexer)?.ConfigureAsync() ?? Task.CompletedTask;

    private async ValueTask DisposeOwnAsync(IConnectionMultiplexer? multiplexer)
    {
        if (multiplexer is not null && connector.Return(multiplexer))
            await multiplexer.DisposeAsync().ConfigureAwait(false);
    }

    private IConnectionMultiplexer? Close()
    {
        lock (_lock)
        {
            _disposed = true;
            (var multiplexer, _multiplexer) = (_multiplexer, null);
            if (multiplexer is not null)
                StopListening(multiplexer);
            return multiplexer;
        }
    }

    public ValueTask DisposeAsync() => DisposeOwnAsync(Close());

    public void Dispose()
    {
        var multiplexer = Close();
        if (multiplexer is not null && connector.Return(multiplexer))
            multiplexer.Dispose();
    }
}
