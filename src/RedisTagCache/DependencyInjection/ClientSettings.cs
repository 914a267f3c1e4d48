using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection;

/// <summary>Reads settings of a connection that the application may have made.</summary>
internal static class ClientSettings
{
    private const string ChannelPrefix = "channelPrefix=";

    public static bool HasChannelPrefix(IConnectionMultiplexer multiplexer) => multiplexer.Configuration.Split(',')
        .Any(static part => part.StartsWith(ChannelPrefix, StringComparison.OrdinalIgnoreCase) && part.Length > ChannelPrefix.Length);

    /// <summary>Returns whether calls wait in a queue while there is no connection. <see langword="null"/> if this version of the client does not tell.</summary>
    public static bool? QueuesWhileDisconnected(IConnectionMultiplexer multiplexer)
    {
        if (multiplexer is not ConnectionMultiplexer client)
            return null;
        try
        {
            return OptionsOf(client).BacklogPolicy.QueueWhileDisconnected;
        }
        catch (MissingMethodException)
        {
            return null;
        }
    }

    /// <summary>The text of the settings leaves this one out, and the property is not public.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_RawConfig")]
    private static extern ConfigurationOptions OptionsOf(ConnectionMultiplexer multiplexer);
}
