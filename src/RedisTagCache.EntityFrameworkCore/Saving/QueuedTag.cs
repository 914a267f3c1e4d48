using RedisTagCache.Outbox;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>A tag that the application wants evicted, requested outside of a transaction. It waits until a transaction that has its row commits, because an execution strategy may roll that one back and try again.</summary>
/// <param name="action">What happens to the entries.</param>
/// <param name="tag">The tag.</param>
internal sealed class QueuedTag(OutboxAction action, string tag)
{
    private volatile bool _isCommitted;

    /// <summary>Gets what happens to the entries.</summary>
    public OutboxAction Action => action;

    /// <summary>Gets the tag.</summary>
    public string Tag => tag;

    /// <summary>Gets or sets the transaction that has the row of the tag, of the database or ambient. Nothing if there is no row.</summary>
    public object? WrittenIn { get; set; }

    /// <summary>Gets or sets whether an ambient transaction with the row has committed. Another thread may set it.</summary>
    public bool IsCommitted
    {
        get => _isCommitted;
        set => _isCommitted = value;
    }
}
