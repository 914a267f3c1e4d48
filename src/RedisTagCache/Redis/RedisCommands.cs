using System.Buffers;
using System.Globalization;
using RedisTagCache.Redis.Scripts;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Everything the store asks of Redis, one member an operation. Nothing here is judged or decided.</summary>
internal sealed class RedisCommands(RedisRunner runner)
{
    private const CommandFlags Flags = CommandFlags.DemandMaster;
    private static readonly TimeSpan _stagedLifetime = TimeSpan.FromSeconds(60);
    private static readonly Func<IDatabase, (EntryAddress Of, TimeProvider Time, long Deadline), ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>> _read =
        static (database, read) => read.Of.Partition.Reads.ReadAsync(database, read.Of, read.Time, read.Deadline);
    private static readonly Func<IDatabase, (EntryAddress Of, TimeProvider Time, long Deadline), ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>> _readPlain =
        static (database, read) => read.Of.Partition.PlainReads.ReadAsync(database, read.Of, read.Time, read.Deadline);

    public bool IsAvailable(Partition partition) => runner.IsAvailable(partition);

    /// <summary>Whether a call before the first connection would wait for it.</summary>
    public bool IsConnecting => runner.IsConnecting;

    /// <summary>Waits for the connection, as any command would.</summary>
    public ValueTask<bool> ConnectAsync(CancellationToken cancellationToken) => runner.ConnectAsync(cancellationToken);

    public void Connect() => runner.Connect();

    /// <summary>An entry and the partition's stamp at that same moment, in one command. The entry is pooled: dispose it.</summary>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadAsync(EntryAddress address, CancellationToken cancellationToken) =>
        runner.RunAsync("read", address.Partition, (address, runner.Time, runner.DeadlineFromNow()), _read, cancellationToken);

    /// <summary>An entry without its partition's stamp. The entry is pooled: dispose it.</summary>
    public ValueTask<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadPlainAsync(EntryAddress address, CancellationToken cancellationToken) =>
        runner.RunAsync("read", address.Partition, (address, runner.Time, runner.DeadlineFromNow()), _readPlain, cancellationToken);

    /// <summary>The same on the client's synchronous path.</summary>
    public IMemoryOwner<byte>? ReadPlain(EntryAddress address) => runner.Run(
        "read",
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
                return null; // nor does MGET tell it from nothing
            }
        });

    public ValueTask<bool> WritePlainAsync(EntryAddress address, ReadOnlyMemory<byte> envelope, long timeToLive, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "write",
            address.Partition,
            (address, envelope, timeToLive),
            static (database, write) => new ValueTask<bool>(database.StringSetAsync(write.address.Key, write.envelope, Expiry(write.timeToLive), flags: Flags)),
            cancellationToken);

    public bool WritePlain(EntryAddress address, ReadOnlyMemory<byte> envelope, long timeToLive) =>
        runner.Run(
            "write",
            address.Partition,
            (address, envelope, timeToLive),
            static (database, write) => database.StringSet(write.address.Key, write.envelope, Expiry(write.timeToLive), flags: Flags));

    public ValueTask<(bool Stored, EpochStamp? Stamp)> WriteAsync(
        EntryAddress address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "write",
            address.Partition,
            (address, envelope, timeToLive, token),
            static (database, write) => write.address.Partition.Writes.WriteAsync(database, write.address.Key, write.envelope, write.timeToLive, write.token),
            cancellationToken);

    /// <summary>The same for a large entry, in one round trip: its bytes go to a key of their own, which a script then moves into place.</summary>
    public ValueTask<(bool Stored, EpochStamp? Stamp)> WriteLargeAsync(
        EntryAddress address, ReadOnlyMemory<byte> envelope, long timeToLive, in EpochStamp token, CancellationToken cancellationToken)
    {
        address.Partition.Sizes.Note(address.Hash, envelope.Length);
        RedisKey staged = address.Partition.StagedPrefix + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        return runner.RunAsync(
            "write",
            address.Partition,
            (staged, envelope, Move: EntryMoveScript.Call(address, staged, timeToLive, token)),
            static async (database, write) =>
            {
                var staging = database.StringSetAsync(write.staged, write.envelope, _stagedLifetime, flags: Flags);
                var moving = write.Move.RunAsync(database);
                await Task.WhenAll(staging, moving).ConfigureAwait(false);
                return ScriptReply.Read(await moving.ConfigureAwait(false), EntryMoveScript.Parse);
            },
            cancellationToken);
    }

    /// <summary>Deletes a partition's stamp. The next synchronization begins a new generation.</summary>
    public ValueTask<bool> ForgetAsync(Partition partition, CancellationToken cancellationToken) =>
        runner.RunAsync("invalidate", partition, partition, static (database, of) => new ValueTask<bool>(database.KeyDeleteAsync(of.Epoch, Flags)), cancellationToken);

    public ValueTask<bool> RemoveAsync(EntryAddress address, CancellationToken cancellationToken) =>
        runner.RunAsync("remove", address.Partition, address, static (database, of) => new ValueTask<bool>(database.KeyDeleteAsync(of.Key, Flags)), cancellationToken);

    public bool Remove(EntryAddress address) => runner.Run("remove", address.Partition, address, static (database, of) => database.KeyDelete(of.Key, Flags));

    /// <summary>Removes an entry if it still is the one that was read: the number of bytes removed.</summary>
    public ValueTask<long> DropAsync(EntryAddress address, byte[] identity, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "remove",
            address.Partition,
            EntryDropScript.Call(address.Key, identity),
            static async (database, call) => ScriptReply.Read(await call.RunAsync(database).ConfigureAwait(false), EntryDropScript.Parse),
            cancellationToken);

    public ValueTask<bool> TouchAsync(EntryAddress address, byte[] identity, long timeToLive, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "touch",
            address.Partition,
            EntryTouchScript.Call(address, identity, timeToLive),
            static async (database, call) => ScriptReply.Read(await call.RunAsync(database).ConfigureAwait(false), EntryTouchScript.Parse),
            cancellationToken);

    public bool Touch(EntryAddress address, byte[] identity, long timeToLive) =>
        runner.Run(
            "touch",
            address.Partition,
            EntryTouchScript.Call(address, identity, timeToLive),
            static (database, call) => ScriptReply.Read(call.Run(database), EntryTouchScript.Parse));

    /// <summary>The first bytes of an entry; fewer, or none, when it is shorter or gone.</summary>
    public async ValueTask<byte[]> PeekAsync(EntryAddress address, int length, CancellationToken cancellationToken) =>
        (byte[]?)await runner.RunAsync(
            "peek",
            address.Partition,
            (address, length),
            static (database, of) => new ValueTask<RedisValue>(database.StringGetRangeAsync(of.address.Key, 0, of.length - 1, Flags)),
            cancellationToken).ConfigureAwait(false) ?? [];

    public byte[] Peek(EntryAddress address, int length) =>
        (byte[]?)runner.Run("peek", address.Partition, (address, length), static (database, of) => database.StringGetRange(of.address.Key, 0, of.length - 1, Flags)) ?? [];

    public ValueTask<TagInvalidationReply?> InvalidateAsync(
        Partition partition, TimeSpan retention, int cap, ReadOnlyMemory<byte[]> members, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "invalidate",
            partition,
            TagInvalidateScript.Call(partition, retention, cap, members.Span),
            static async (database, call) => ScriptReply.Read(await call.RunAsync(database).ConfigureAwait(false), TagInvalidateScript.Parse),
            cancellationToken);

    /// <summary>The same in many partitions at once, and once: nothing for each where that did not succeed.</summary>
    public Task<TagInvalidationReply?[]> TryInvalidateAsync(IReadOnlyList<Partition> partitions, TimeSpan retention, int cap, ReadOnlyMemory<byte[]> members)
    {
        var arguments = TagInvalidateScript.Arguments(partitions.Count > 0 ? partitions[0].Publish : default, retention, cap, members.Span);
        return runner.TryAllAsync(
            "invalidate",
            partitions,
            async (database, partition) => ScriptReply.Read(await TagInvalidateScript.Call(partition, arguments).RunAsync(database).ConfigureAwait(false), TagInvalidateScript.Parse));
    }

    public ValueTask<TagInvalidationPage> SyncAsync(Partition partition, EpochStamp? known, long from, ulong nonce, long floor, CancellationToken cancellationToken) =>
        runner.RunAsync(
            "sync",
            partition,
            InvalidationsSyncScript.Call(partition, known, from, nonce, floor),
            static async (database, call) => ScriptReply.Read(await call.RunAsync(database).ConfigureAwait(false), InvalidationsSyncScript.Parse),
            cancellationToken);

    private static bool IsOfAnotherType(RedisServerException e) => e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    private static Expiration Expiry(long timeToLive) => timeToLive == 0 ? Expiration.Default : TimeSpan.FromMilliseconds(timeToLive);
}
