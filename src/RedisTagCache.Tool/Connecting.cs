using StackExchange.Redis;

namespace RedisTagCache.Tool;

/// <summary>Connects, and leaves no connection behind: the client cannot be told to stop, so what it opens too late is closed when it is there.</summary>
internal static class Connecting
{
    /// <exception cref="RedisException">There is no connection.</exception>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public static async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return await connecting.WaitAsync(timeout, cancellationToken);
        }
        catch
        {
            _ = CloseAsync(connecting);
            throw;
        }
    }

    private static async Task CloseAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await (await connecting).DisposeAsync();
        }
        catch (RedisException)
        {
            // there is nothing to close
        }
    }
}
