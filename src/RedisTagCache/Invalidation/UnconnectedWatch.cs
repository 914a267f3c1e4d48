using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>
/// What this instance knows before the first connection: its own removals and evictions. Values that it computes until then are validated by them, and count as
/// evicted from the first connection on.
/// </summary>
internal sealed class UnconnectedWatch(RedisCommands commands) : EntryWatch
{
    private int _changes;
    private bool _isOver;

    /// <inheritdoc/>
    public override Partition? Partition => null;

    /// <inheritdoc/>
    public override TagState? TagState => null;

    /// <inheritdoc/>
    public override int Changes => Volatile.Read(ref _changes);

    /// <inheritdoc/>
    public override bool IsOver => Volatile.Read(ref _isOver);

    /// <inheritdoc/>
    public override bool IsAvailable => commands.IsConnecting;

    /// <summary>Raised when whatever was computed counts as evicted.</summary>
    private event Action? EverythingEvicted;

    public void Attach(ILocalCopies copies) => EverythingEvicted += () =>
    {
        Removals.Forget();
        copies.DropAll(this);
    };

    /// <inheritdoc/>
    public override bool IsCurrent(long now) => false;

    /// <summary>Waits for the first connection. It shows nothing of what was missed, so the answer is always no.</summary>
    public override async Task<bool> PollAsync()
    {
        try
        {
            await commands.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            // still no connection
        }

        return false;
    }

    /// <inheritdoc/>
    public override Task<bool> LookSinceAsync(long moment) => PollAsync();

    /// <summary>An eviction that Redis has not confirmed: whatever was computed before counts as evicted.</summary>
    public void EvictAll()
    {
        Interlocked.Increment(ref _changes);
        EverythingEvicted?.Invoke();
    }

    /// <summary>Ends it with the first connection.</summary>
    public void End()
    {
        Volatile.Write(ref _isOver, true);
        EvictAll();
    }
}
