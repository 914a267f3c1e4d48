using System.Globalization;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Commands;

/// <summary>
/// Large entries. Each is sent to a key of its own first, and a script that follows at once moves it into its place: bytes that pass through a script are
/// copied several times, and the server does nothing else in that time.
/// </summary>
internal static class StagedEntry
{
    /// <summary>How many bytes of entries one script writes, if they are more than one entry: all of them share one timeout.</summary>
    public const int MaxBytesTogether = 256 * 1024;

    private const int StagedFrom = 8 * 1024;
    private const int AloneFrom = 64 * 1024;

    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(60);

    public static bool IsStaged(ReadOnlyMemory<byte> envelope) => envelope.Length >= StagedFrom;

    public static bool TravelsAlone(ReadOnlyMemory<byte> envelope) => envelope.Length >= AloneFrom;

    public static RedisKey NewKey(Partition partition) => partition.StagedPrefix + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>Returns a key for an envelope that is staged, or null.</summary>
    public static RedisKey? KeyOf(Partition partition, ReadOnlyMemory<byte> envelope) => IsStaged(envelope) ? NewKey(partition) : (RedisKey?)null;

    public static Task<bool> StageAsync(IDatabase database, in RedisKey key, ReadOnlyMemory<byte> envelope) =>
        database.StringSetAsync(key, envelope, _lifetime, flags: CommandFlags.DemandMaster);

    /// <summary>Stages those of a list that are to be staged. Returns null if there is none.</summary>
    public static Task? StageAll<TRequest, T>(TRequest first, out int count)
        where TRequest : EnvelopeRequest<TRequest, T>, new()
    {
        count = 0;
        for (var write = first; write is not null; write = write.Next)
            count += write.IsStaged ? 1 : 0;
        if (count == 0)
            return null;
        var (staging, at) = (new Task[count], 0);
        for (var write = first; write is not null; write = write.Next)
        {
            if (write.Staged is { } key)
                staging[at++] = StageAsync(write.Database, key, write.Envelope);
        }

        return count == 1 ? staging[0] : Task.WhenAll(staging);
    }

    /// <summary>Returns the reply of the script that follows. If staging failed, so has the script: it found nothing, and its reply does not tell why.</summary>
    public static Task<RespResult> AfterAsync(Task? staging, Task<RespResult> reply) => staging is null ? reply : WaitAsync(staging, reply);

    private static async Task<RespResult> WaitAsync(Task staging, Task<RespResult> reply)
    {
        await staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var answer = await reply.ConfigureAwait(false);
        if (staging.IsCompletedSuccessfully)
            return answer;
        answer.Dispose();
        await staging.ConfigureAwait(false);
        throw new InvalidOperationException("Staging has not failed.");
    }
}

/// <summary>One write of an entry that may be staged.</summary>
internal abstract class EnvelopeRequest<TSelf, T> : BatchedRequest<TSelf, T>
    where TSelf : EnvelopeRequest<TSelf, T>, new()
{
    public ReadOnlyMemory<byte> Envelope { get; set; }

    public long TimeToLive { get; set; }

    /// <summary>Gets or sets the key under which the envelope is staged; null if it travels with the script.</summary>
    public RedisKey? Staged { get; set; }

    public bool IsStaged => Staged is not null;

    /// <summary>Gets what travels with the script.</summary>
    public ReadOnlyMemory<byte> Sent => IsStaged ? default : Envelope;

    public override int Cost => Envelope.Length;

    protected override void Clear() => (Envelope, Staged) = (default, default);
}
