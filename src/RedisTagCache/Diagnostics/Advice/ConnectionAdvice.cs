namespace RedisTagCache.Diagnostics.Advice;

/// <summary>Checks the settings of a connection, and the servers that it leads to.</summary>
internal static class ConnectionAdvice
{
    public const string ChannelPrefixEffect = "messages of other instances do not arrive, so their evictions and removals reach the memory of this one within two seconds instead of milliseconds";
    public const string ChannelPrefixRemedy = "Remove channelPrefix. The channels of the cache begin with its own prefix.";
    public const string QueueEffect = "when it loses Redis, calls wait for the timeout instead of failing at once, and writes that have timed out may be sent later";
    public const string QueueRemedy = "Set BacklogPolicy to BacklogPolicy.FailFast in its ConfigurationOptions.";
    public const string UnrelatedEffect = "each has a cache of its own";
    public const string UnrelatedRemedy = "Name one of them and its replicas, or make them a cluster.";
    public const string TooFewPartitionsEffect = "some of them have no keys of the cache";
    public const string TooFewPartitionsRemedy = "Stop all instances, delete the key of the layout, and start them again without the option Partitions, or with a multiple of the number of primaries. The cache is then empty.";

    public static DocumentationLink Page { get; } = new("operations.md#connection");

    public static DocumentationLink PartitionsPage { get; } = new("cluster.md#partitions");

    /// <summary>Returns whether several servers are primaries that do not know each other.</summary>
    /// <param name="primaries">The number of primaries.</param>
    /// <param name="areStandalone">Whether none of them belongs to a cluster.</param>
    public static bool AreUnrelated(int primaries, bool areStandalone) => primaries > 1 && areStandalone;

    /// <summary>Returns whether primaries of a cluster have no partition.</summary>
    /// <param name="clusterPrimaries">The number of its primaries, or 0 if the servers are not a cluster.</param>
    /// <param name="partitions">The number of partitions.</param>
    public static bool AreTooFewPartitions(int clusterPrimaries, int partitions) => partitions < clusterPrimaries;
}
