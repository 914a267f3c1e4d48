using RedisTagCache.Outbox;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>A tag that the application wants evicted, requested outside of a transaction. It waits until a transaction that has its row commits, because an execution strategy may roll that one back and try again.</summary>
/// <param name="action">What happens to the entries.</param>
/// <param name="tag">The tag.</param>
internal sealed class QueuedTag(OutboxAction action, string tag)
{
    /// <summary>How often a tag gets a row again because the application has ended its transaction without the context, so that nobody knows how.</summary>
    private const int MaxUncertain = 16;

    private volatile bool _isCommitted;
    private int _uncertain;

    /// <summary>Gets what happens to the entries.</summary>
    public OutboxAction Action => action;

    /// <summary>Gets the tag.</summary>
    public string Tag => tag;

    /// <summary>Gets or sets the transaction that has the row of the tag: the <see cref="TransactionQueue"/> of one, or an ambient one. Nothing if there is no row.</summary>
    public object? WrittenIn { get; set; }

    /// <summary>Gets or sets whether a transaction with the row has committed. Another context or thread may set it.</summary>
    public bool IsCommitted
    {
        get => _isCommitted;
        set => _isCommitted = value;
    }

    /// <summary>Takes the row for lost, because its transaction may not have committed.</summary>
    public void Doubt()
    {
        WrittenIn = null;
        if (++_uncertain > MaxUncertain)
            IsCommitted = true;
    }
}
