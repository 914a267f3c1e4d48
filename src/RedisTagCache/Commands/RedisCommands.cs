using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Connection;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;
using Operation = RedisTagCache.CacheEventDetail;

namespace RedisTagCache.Commands;

/// <summary>Sends every command of the cache, one member for each operation. It validates and decides nothing.</summary>
internal sealed class RedisCommands(RedisRunner runner)
{
    private const CommandFlags Flags = CommandFlags.DemandMaster;
    private static readonly Func<IDatabase, (EntryReads Reads, EntryLocation Of, TimeProvider Time, long Deadline), ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>> _read =
        static (database, read) => read.Reads.ReadAsync(database, read.Of, read.Time, read.Deadline);

    private readonly Lock _lock = new();
    private PartitionRequests?[] _requests = [];

    public bool IsAvailable(Partition partition) => runner.IsAvailable(partition);

    public bool IsAnyAvailable => runner.IsAnyAvailable;

    /// <summary>Whether a call before the first connection would wait for it.</summary>
    public bool IsConnecting => runner.IsConnecting;

    /// <summary>Waits for the connection, as any command would.</summary>
    public ValueTask<bool> ConnectAsync(CancellationToken cancellationToken) => runner.ConnectAsync(cancellationToken);

    public void Connect() => runner.Connect();

    /// <summary>An entry and the partition's stamp at that same moment, in one command. The entry is pooled: dispose it.</summary>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadAsync(EntryLocation address, CancellationToken cancellationToken) =>
        runner.RunAsync(Operation.Read, address.Partition, (RequestsOf(address.Partition).Reads, address, runner.Time, runner.DeadlineFromNow()), _read, cancellationToken);

    /// <summary>An entry without its partition's stamp. The entry is pooled: dispose it.</summary>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadPlainAsync(EntryLocation address, CancellationToken cancellationToken) =>
        runner.RunAsync(Operation.Read, address.Partition, (RequestsOf(address.Partition).PlainReads, address, runner.Time, runner.DeadlineFromNow()), _read, cancellationToken);

    /// <summary>The same on the client's synchronous path.</summary>
    public IMemoryOwner<byte>? ReadPlain(EntryLocation address) => runner.Run(
        Operation.Read,
        address.Partition,
        address,
        static (database, of) =>
        {
            try
            {
                return (IMemoryOwner<byte>?)database.StringGetLease(of.Key, Flags);
            }
            catch (RedisServerException e) when (IsOfAnotherType(e))
            {
                return null; // MGET does not distinguish it from a missing entry either
            }
        });

    public ValueTask<bool> WritePlainAsync(EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive, CancellationToken cancellationToken) =>
        runner.RunAsync(
            Operation.Write,
            address.Partition,
            (address, envelope, timeToLive),
            static (database, write) => new ValueTask<bool>(database.StringSetAsync(write.address.Key, write.envelope, Expiry(write.timeToLive), flags: Flags)),
            cancellationToken);

    public bool WritePlain(EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive) =>
        runner.Run(
            Operation.Write,
            address.Partition,
            (address, envelope, timeToLive),
            static (database, write) => database.StringSet(write.address.Key, write.envelope, Expiry(write.timeToLive), flags: Flags));

    /// <summary>Writes an entry. Writes may travel together.</summary>
    public ValueTask<(bool Stored, EpochStamp? Stamp)> WriteAsync(
        EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, CancellationToken cancellationToken)
    {
        var requests = RequestsOf(address.Partition);
        if (StagedEntry.IsStaged(envelope))
            requests.Sizes.Note(address.Hash, envelope.Length);
        return runner.RunAsync(
            Operation.Write,
            address.Partition,
            (requests.Writes, address.Key, envelope, timeToLive, token),
            static (database, write) => write.Writes.WriteAsync(database, write.Key, write.envelope, write.timeToLive, write.token),
            cancellationToken);
    }

    /// <summary>Writes what was computed under a lease, and gives the lease back. Fills may travel together.</summary>
    public ValueTask<FillReply> FillAsync(
        in EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, string owner, long startedAt)
    {
        var partition = address.Partition;
        return runner.RunAsync(
            Operation.Write,
            partition,
            (RequestsOf(partition).Fills, address, envelope, timeToLive, token, owner, startedAt),
            static (database, write) => write.Fills.WriteAsync(database, write.address, write.envelope, write.timeToLive, write.token, write.owner, write.startedAt),
            CancellationToken.None);
    }

    /// <summary>Overwrites an entry, and numbers and announces that. Overwrites may travel together.</summary>
    public ValueTask<FillReply> ReplaceAsync(
        in EntryLocation address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, CancellationToken cancellationToken)
    {
        var partition = address.Partition;
        return runner.RunAsync(
            Operation.Write,
            partition,
            (RequestsOf(partition).Overwrites, address, envelope, timeToLive, token),
            static (database, write) => write.Overwrites.WriteAsync(database, write.address, write.envelope, write.timeToLive, write.token),
            cancellationToken);
    }

    /// <summary>Deletes a partition's stamp. The next synchronization begins a new generation.</summary>
    public ValueTask<bool> ForgetAsync(Partition partition, CancellationToken cancellationToken) =>
        runner.RunAsync(Operation.Invalidate, partition, partition, static (database, of) => new ValueTask<bool>(database.KeyDeleteAsync(of.Epoch, Flags)), cancellationToken);

    public ValueTask<bool> RemoveAsync(EntryLocation address, CancellationToken cancellationToken) =>
        runner.RunAsync(Operation.Remove, address.Partition, address, static (database, of) => new ValueTask<bool>(database.KeyDeleteAsync(of.Key, Flags)), cancellationToken);

    /// <summary>Removes an entry, and numbers and announces that.</summary>
    public ValueTask<RemovalReply> RemoveNumberedAsync(in EntryLocation address) =>
        RunAsync(Operation.Remove, address.Partition, EntryRemoveScript.Call(address), EntryRemoveScript.Parse, CancellationToken.None);

    public bool Remove(EntryLocation address) => runner.Run(Operation.Remove, address.Partition, address, static (database, of) => database.KeyDelete(of.Key, Flags));

    /// <summary>Removes an entry if it still is the one that was read: the number of bytes removed.</summary>
    public ValueTask<long> DropAsync(EntryLocation address, byte[] identity, CancellationToken cancellationToken) =>
        RunAsync(Operation.Remove, address.Partition, EntryDropScript.Call(address.Key, identity), EntryDropScript.Parse, cancellationToken);

    public ValueTask<bool> TouchAsync(EntryLocation address, byte[] identity, long timeToLive, CancellationToken cancellationToken) =>
        RunAsync(Operation.Touch, address.Partition, EntryTouchScript.Call(address, identity, timeToLive), EntryTouchScript.Parse, cancellationToken);

    public bool Touch(EntryLocation address, byte[] identity, long timeToLive) =>
        runner.Run(
            Operation.Touch,
            address.Partition,
            EntryTouchScript.Call(address, identity, timeToLive),
            static (database, call) => ScriptReply.Read(call.Run(database), EntryTouchScript.Parse));

    /// <summary>The first bytes of an entry; fewer, or none, when it is shorter or gone.</summary>
    public async ValueTask<byte[]> PeekAsync(EntryLocation address, int length, CancellationToken cancellationToken) =>
        (byte[]?)await runner.RunAsync(
            Operation.Peek,
            address.Partition,
            (address, length),
            static (database, of) => new ValueTask<RedisValue>(database.StringGetRangeAsync(of.address.Key, 0, of.length - 1, Flags)),
            cancellationToken).ConfigureAwait(false) ?? [];

    public byte[] Peek(EntryLocation address, int length) =>
        (byte[]?)runner.Run(Operation.Peek, address.Partition, (address, length), static (database, of) => database.StringGetRange(of.address.Key, 0, of.length - 1, Flags)) ?? [];

    public ValueTask<TagInvalidationReply?> InvalidateAsync(
        Partition partition, TimeSpan retention, int cap, ReadOnlyMemory<byte[]> members, CancellationToken cancellationToken) =>
        RunAsync(Operation.Invalidate, partition, TagInvalidateScript.Call(partition, retention, cap, members.Span), TagInvalidateScript.Parse, cancellationToken);

    /// <summary>The same in many partitions at once, and once: nothing for each where that did not succeed.</summary>
    public Task<TagInvalidationReply?[]> TryInvalidateAsync(IReadOnlyList<Partition> partitions, TimeSpan retention, int cap, ReadOnlyMemory<byte[]> members)
    {
        var arguments = TagInvalidateScript.Arguments(partitions.Count > 0 ? partitions[0].Publish : default, retention, cap, members.Span);
        return runner.TryAllAsync(
            Operation.Invalidate,
            partitions,
            async (database, partition) => ScriptReply.Read(await TagInvalidateScript.Call(partition, arguments).RunAsync(database).ConfigureAwait(false), TagInvalidateScript.Parse));
    }

    public ValueTask<TagInvalidationPage> SyncAsync(Partition partition, EpochStamp? known, long from, ulong nonce, long floor, CancellationToken cancellationToken) =>
        RunAsync(Operation.Sync, partition, InvalidationsSyncScript.Call(partition, known, from, nonce, floor), InvalidationsSyncScript.Parse, cancellationToken);

    /// <summary>The invalidations of some tags: nothing when the partition must be synchronized first.</summary>
    public ValueTask<FoundTagInvalidations?> FindAsync(Partition partition, byte[][] members, CancellationToken cancellationToken) =>
        RunAsync(Operation.Sync, partition, InvalidationsFindScript.Call(partition, members), InvalidationsFindScript.Parse, cancellationToken);

    /// <summary>The newest of both counts of a partition: evictions and removals. Zero for removals when there was none.</summary>
    public ValueTask<(EpochStamp? Stamp, long Removal)> PollAsync(Partition partition) =>
        runner.RunAsync(
            Operation.Poll,
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
        RunAsync(Operation.Sync, partition, RemovalsSyncScript.Call(partition, known), RemovalsSyncScript.Parse, CancellationToken.None);

    /// <summary>Requests a lease. Requests may travel together.</summary>
    public ValueTask<LeaseReply> AcquireAsync(
        in EntryLocation address, string owner, TimeSpan duration, ReadOnlyMemory<byte> identity, bool isPatient) =>
        runner.RunAsync(
            Operation.Lease,
            address.Partition,
            (RequestsOf(address.Partition).Leases, address, owner, duration, identity, isPatient, Deadline: runner.EarlyDeadlineFromNow()),
            static (database, lease) => lease.Leases.AcquireAsync(database, lease.address, lease.owner, lease.duration, lease.identity, lease.isPatient, lease.Deadline),
            CancellationToken.None);

    public ValueTask<bool> RenewAsync(in EntryLocation address, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        RunAsync(Operation.Renew, address.Partition, LeaseRenewScript.Call(address, owner, duration), LeaseRenewScript.Parse, cancellationToken);

    public ValueTask<bool> ReleaseAsync(in EntryLocation address, string owner, string successor, TimeSpan duration) =>
        RunAsync(Operation.Release, address.Partition, LeaseReleaseScript.Call(address, owner, successor, duration), LeaseReleaseScript.Parse, CancellationToken.None);

    private PartitionRequests RequestsOf(Partition partition)
    {
        var requests = Volatile.Read(ref _requests);
        return (partition.Index < requests.Length ? requests[partition.Index] : null) ?? AddRequestsOf(partition);
    }

    private PartitionRequests AddRequestsOf(Partition partition)
    {
        lock (_lock)
        {
            if (partition.Index < _requests.Length && _requests[partition.Index] is { } known)
                return known;
            var requests = new PartitionRequests?[Math.Max(_requests.Length, partition.Index + 1)];
            _requests.CopyTo(requests, 0);
            var added = requests[partition.Index] = new PartitionRequests(partition, runner.Time);
            Volatile.Write(ref _requests, requests);
            return added;
        }
    }

    private ValueTask<T> RunAsync<T>(
        Operation operation, Partition partition, ScriptCall call, Func<RedisResult, T> parse, CancellationToken cancellationToken) =>
        runner.RunAsync(operation, partition, (call, parse), static (database, script) => RunAsync(database, script.call, script.parse), cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> RunAsync<T>(IDatabase database, ScriptCall call, Func<RedisResult, T> parse) =>
        ScriptReply.Read(await call.RunAsync(database).ConfigureAwait(false), parse);

    private static bool IsOfAnotherType(RedisServerException e) => e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    private static Expiration Expiry(long timeToLive) => timeToLive == 0 ? Expiration.Default : TimeSpan.FromMilliseconds(timeToLive);
}
