using System.Globalization;
using RedisTagCache.Redis.Scripts;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>What is asked of Redis for values that are computed once and copied into every instance: leases, and writes that respect them.</summary>
internal sealed class ValueCommands(RedisRunner runner)
{
    private const CommandFlags Flags = CommandFlags.DemandMaster;
    private static readonly TimeSpan _stagedLifetime = TimeSpan.FromSeconds(60);

    public bool IsAvailable(Partition partition) => runner.IsAvailable(partition);

    public bool IsAnyAvailable => runner.IsAnyAvailable;

    public ValueTask<LeaseReply> AcquireAsync(
        in LeasedAddress address, string owner, TimeSpan duration, ReadOnlyMemory<byte> identity, bool isPatient) =>
        RunAsync("lease", address.Entry.Partition, LeaseAcquireScript.Call(address, owner, duration, identity, isPatient), LeaseAcquireScript.Parse, CancellationToken.None);

    public ValueTask<bool> RenewAsync(in LeasedAddress address, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        RunAsync("renew", address.Entry.Partition, LeaseRenewScript.Call(address, owner, duration), LeaseRenewScript.Parse, cancellationToken);

    public ValueTask<bool> ReleaseAsync(in LeasedAddress address, string owner, string successor, TimeSpan duration) =>
        RunAsync("release", address.Entry.Partition, LeaseReleaseScript.Call(address, owner, successor, duration), LeaseReleaseScript.Parse, CancellationToken.None);

    public ValueTask<FillReply> FillAsync(
        in LeasedAddress address, ReadOnlyMemory<byte> envelope, bool isLarge, long timeToLive, in EpochStamp token, string owner, long startedAt)
    {
        var staged = isLarge ? Staged(address) : address.Entry.Partition.NothingStaged;
        var call = EntryFillScript.Call(address, staged, isLarge ? default : envelope, timeToLive, token, owner, startedAt);
        return WriteAsync(address.Entry.Partition, staged, isLarge ? envelope : default, call, EntryFillScript.Parse, CancellationToken.None);
    }

    public ValueTask<FillReply> ReplaceAsync(
        in LeasedAddress address, ReadOnlyMemory<byte> envelope, bool isLarge, long timeToLive, in EpochStamp token, CancellationToken cancellationToken)
    {
        var staged = isLarge ? Staged(address) : address.Entry.Partition.NothingStaged;
        var call = EntryOverwriteScript.Call(address, staged, isLarge ? default : envelope, timeToLive, token);
        return WriteAsync(address.Entry.Partition, staged, isLarge ? envelope : default, call, EntryOverwriteScript.Parse, cancellationToken);
    }

    public ValueTask<RemovalReply> RemoveAsync(in LeasedAddress address) =>
        RunAsync("remove", address.Entry.Partition, EntryRemoveScript.Call(address), EntryRemoveScript.Parse, CancellationToken.None);

    /// <summary>The newest of both counts of a partition: evictions and removals. Zero for removals when there was none.</summary>
    public ValueTask<(EpochStamp? Stamp, long Removal)> PollAsync(Partition partition) =>
        runner.RunAsync(
            "poll",
            partition,
            partition,
            static async (database, of) =>
            {
                var stamp = database.StringGetAsync(of.Epoch, Flags);
                var removal = database.SortedSetScoreAsync(of.Removals, "last", Flags);
                ReadOnlyMemory<byte> text = await stamp.ConfigureAwait(false);
                return (EpochStamp.TryParse(text.Span, out var parsed) ? parsed : (EpochStamp?)null, (long)(await removal.ConfigureAwait(false) ?? 0));
            },
            CancellationToken.None);

    public ValueTask<RemovalsPage> SyncRemovalsAsync(Partition partition, long known) =>
        RunAsync("sync", partition, RemovalsSyncScript.Call(partition, known), RemovalsSyncScript.Parse, CancellationToken.None);

    /// <summary>In one round trip: a large envelope goes to a key of its own first, so that its bytes do not pass through the script.</summary>
    private ValueTask<FillReply> WriteAsync(
        Partition partition, RedisKey staged, ReadOnlyMemory<byte> large, ScriptCall call, Func<RedisResult, FillReply> parse, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "write",
            partition,
            (staged, large, call, parse),
            static async (database, write) =>
            {
                var staging = write.large.IsEmpty ? null : database.StringSetAsync(write.staged, write.large, _stagedLifetime, flags: Flags);
                var writing = write.call.RunAsync(database);
                if (staging is not null)
                    await Task.WhenAll(staging, writing).ConfigureAwait(false);
                return ScriptReply.Read(await writing.ConfigureAwait(false), write.parse);
            },
            cancellationToken);

    private ValueTask<T> RunAsync<T>(
        string operation, Partition partition, ScriptCall call, Func<RedisResult, T> parse, CancellationToken cancellationToken) =>
        runner.RunAsync(
            operation,
            partition,
            (call, parse),
            static async (database, script) => ScriptReply.Read(await script.call.RunAsync(database).ConfigureAwait(false), script.parse),
            cancellationToken);

    private static RedisKey Staged(in LeasedAddress address) =>
        address.Entry.Partition.StagedPrefix + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}
