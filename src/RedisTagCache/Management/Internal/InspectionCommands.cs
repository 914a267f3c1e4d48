using RedisTagCache.Connection;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Management.Internal;

/// <summary>
/// The commands of the inspector. They bypass the circuit, because a slow walk through the keys says nothing about other requests, and because an operator
/// who looks for the cause of an outage needs the server's own answer.
/// </summary>
internal sealed class InspectionCommands(RedisConnection connection, TimeSpan timeout, TimeProvider time)
{
    private const CommandFlags Flags = CommandFlags.DemandMaster;

    /// <summary>Opens the connection. From then on it is known how the keys are spread.</summary>
    public async Task<IDatabase> ConnectAsync(CancellationToken cancellationToken) =>
        await BoundAsync(() => connection.GetDatabaseAsync().AsTask(), cancellationToken).ConfigureAwait(false);

    /// <summary>Asks a primary whether it answers, past the circuit: that one may be open.</summary>
    /// <exception cref="Exception">The reason why Redis did not respond within the time.</exception>
    public async Task<RoundTrip> AskAsync(CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync().AsTask().WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        var start = time.GetTimestamp();
        var asking = database.PingAsync(CommandFlags.DemandMaster);
        asking.Forget();
        await asking.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        var duration = time.GetElapsedTime(start);
        var server = database.Multiplexer.GetServers().FirstOrDefault(static server => server is { IsConnected: true, IsReplica: false });
        return new RoundTrip(duration, server?.ServerType.ToString().ToLowerInvariant(), server?.Version.ToString());
    }

    /// <summary>The servers that have the entries.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">One of them is unavailable, so not all entries can be seen.</exception>
    public async Task<IReadOnlyList<IServer>> PrimariesAsync(CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var servers = database.Multiplexer.GetServers().Where(static server => server.ServerType != ServerType.Sentinel && !server.IsReplica).ToList();
        var isCluster = servers.Exists(static server => server.ServerType == ServerType.Cluster);
        var connected = servers.FindAll(static server => server.IsConnected);
        if (connected.Count == 0 || (isCluster && connected.Count < servers.Count))
            throw new RedisTagCacheUnavailableException(connected.Count == 0 ? "No primary is connected." : "A primary of the cluster is not connected.");
        return connected;
    }

    /// <summary>One step through the keys of a server.</summary>
    public async Task<(string Cursor, byte[][] Keys)> ScanAsync(IServer server, string cursor, string pattern, int count, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        object[] arguments = [cursor, "MATCH", pattern, "COUNT", count];
        var reply = await BoundAsync(() => server.ExecuteAsync(database.Database, "SCAN", arguments, CommandFlags.None), cancellationToken).ConfigureAwait(false);
        return ((string)reply[0]!, (byte[][])reply[1]!);
    }

    /// <summary>Returns how many keys a server has, to show the progress of a walk.</summary>
    public async Task<long> CountAsync(IServer server, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(() => server.DatabaseSizeAsync(database.Database), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The beginnings of entries, in one round trip.</summary>
    public async Task<StoredStart[]> PeekAsync(IReadOnlyList<(StoredKey Stored, int Length)> entries, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(() => Task.WhenAll(entries.Select(entry => PeekAsync(database, entry.Stored.Key, entry.Length))), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The stamps of partitions, in one round trip. Ask after the entries: then none is newer than its stamp.</summary>
    public async Task<EpochStamp?[]> StampsAsync(IEnumerable<Partition> partitions, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var texts = await BoundAsync(() => Task.WhenAll(partitions.Select(partition => database.StringGetAsync(partition.Epoch, Flags))), cancellationToken).ConfigureAwait(false);
        return [.. texts.Select(ScriptReply.Stamp)];
    }

    /// <summary>The number of tag invalidations and the floor below them.</summary>
    public async Task<(long Count, long? Floor)> TagInvalidationsAsync(Partition partition, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        var count = database.SortedSetLengthAsync(partition.Marks, flags: Flags);
        var floor = database.SortedSetScoreAsync(partition.Marks, "floor", Flags);
        count.Forget();
        var score = await BoundAsync(() => floor, cancellationToken).ConfigureAwait(false);
        return (Math.Max(0, await BoundAsync(() => count, cancellationToken).ConfigureAwait(false) - (score is null ? 0 : 1)), (long?)score);
    }

    public async Task<byte[]?> ReadAsync(StoredKey stored, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return (byte[]?)await BoundAsync(() => database.StringGetAsync(stored.Key, Flags), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> RemoveAsync(StoredKey stored, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(() => database.KeyDeleteAsync(stored.Key, Flags), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops entries unless they have changed since they were validated, in one round trip. Returns the bytes of each, 0 if it was not dropped.</summary>
    public async Task<long[]> DropAsync(IEnumerable<(StoredKey Stored, byte[] Identity)> entries, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(
            () => Task.WhenAll(entries.Select(async entry =>
                ScriptReply.Read(await EntryDropScript.Call(entry.Stored.Key, entry.Identity).RunAsync(database).ConfigureAwait(false), EntryDropScript.Parse))),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the fleet-wide right to reclaim.</summary>
    public async Task<bool> TakeAsync(Partition partition, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(() => database.LockTakeAsync(ReclaimerOf(partition), owner, duration, Flags), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> ProlongAsync(Partition partition, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await BoundAsync(() => database.LockExtendAsync(ReclaimerOf(partition), owner, duration, Flags), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> GiveBackAsync(Partition partition, string owner)
    {
        var database = await ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        return await BoundAsync(() => database.LockReleaseAsync(ReclaimerOf(partition), owner, Flags), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Limits the time of a command, and throws one kind of exception for every failure of Redis.</summary>
    public async Task<T> BoundAsync<T>(Func<Task<T>> command, CancellationToken cancellationToken)
    {
        try
        {
            var running = command(); // some of what the client refuses it refuses at once
            running.Forget();
            return await running.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new RedisTagCacheUnavailableException($"Redis did not respond within {timeout.TotalSeconds:0.###} s.", e);
        }
        catch (Exception e) when ((RedisFailure.IsRedis(e) || connection.IsClosing(e)) && e is not RedisTagCacheUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            throw new RedisTagCacheUnavailableException("Redis rejected the request: " + e.Message, e);
        }
    }

    private static RedisKey ReclaimerOf(Partition partition) => partition.HashTag + ":reclaimer";

    private static async Task<StoredStart> PeekAsync(IDatabase database, RedisKey key, int length)
    {
        var start = database.StringGetRangeAsync(key, 0, length - 1, Flags);
        var all = database.StringLengthAsync(key, Flags);
        var left = database.KeyTimeToLiveAsync(key, Flags);
        left.Forget();
        all.Forget();
        try
        {
            return new StoredStart((byte[]?)await start.ConfigureAwait(false) ?? [], await all.ConfigureAwait(false), await LeftAsync(left).ConfigureAwait(false));
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return new StoredStart([], -1, await LeftAsync(left).ConfigureAwait(false));
        }
    }

    private static async Task<TimeSpan?> LeftAsync(Task<TimeSpan?> left)
    {
        try
        {
            return await left.ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            return TimeSpan.MaxValue; // Redis stores it for longer than the longest TimeSpan
        }
    }
}

/// <summary>What one question to a server showed.</summary>
internal sealed record RoundTrip(TimeSpan Duration, string? ServerKind, string? ServerVersion);
