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
    private const int SentAtOnceFrom = 64 * 1024;

    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(60);

    public static bool IsStaged(ReadOnlyMemory<byte> envelope) => envelope.Length >= StagedFrom;

    /// <summary>Returns whether a write waits for no other: its bytes cost more than its commands.</summary>
    public static bool IsSentAtOnce(ReadOnlyMemory<byte> envelope) => envelope.Length >= SentAtOnceFrom;

    /// <summary>Returns a key for an envelope that is staged, or null.</summary>
    public static RedisKey? KeyOf(Partition partition, ReadOnlyMemory<byte> envelope) =>
        IsStaged(envelope) ? partition.StagedPrefix + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture) : (RedisKey?)null;

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
                staging[at++] = write.Staging = write.Database.StringSetAsync(key, write.Envelope, _lifetime, flags: CommandFlags.DemandMaster);
        }

        return count == 1 ? staging[0] : Task.WhenAll(staging);
    }

    /// <summary>
    /// Returns the reply of the script that follows. For an entry whose staging failed, the script found nothing, and its reply does not tell why: one that was alone fails
    /// as its staging has, and one of several is sent once more, alone.
    /// </summary>
    public static Task AfterAsync(Task? staging, Task reply, bool isAlone) =>
        staging is null ? reply
        : reply is Task<RespResult> direct ? WaitAsync(staging, direct, isAlone)
        : WaitAsync(staging, (Task<RedisResult>)reply, isAlone);

    private static async Task<T> WaitAsync<T>(Task staging, Task<T> reply, bool isAlone)
    {
        await staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var answer = await reply.ConfigureAwait(false);
        if (staging.IsCompletedSuccessfully || !isAlone)
            return answer;
        (answer as IDisposable)?.Dispose();
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

    /// <summary>Gets or sets the command that stages the envelope.</summary>
    public Task? Staging { get; set; }

    /// <summary>Gets what travels with the script.</summary>
    public ReadOnlyMemory<byte> Sent => IsStaged ? default : Envelope;

    public override int Cost => Envelope.Length;

    public override bool IsSentAtOnce => StagedEntry.IsSentAtOnce(Envelope);

    /// <summary>Notes what the script has replied.</summary>
    protected void Replied(T answer)
    {
        Answer(answer);
        HasFailed = Staging is { IsCompletedSuccessfully: false };
    }

    protected override void Clear() => (Envelope, Staged, Staging) = (default, default, null);
}
