using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>
/// The rows that were added to one transaction, by all of its users. If there are too many, the oldest are left to the background service: a provider may use the object of a transaction for all
/// transactions of a connection, and the outbox is not told of a commit without it.
/// </summary>
internal sealed class TransactionEvictions
{
    /// <summary>How many characters of tags are kept.</summary>
    public const int MaxLength = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Queue<OutboxRow> _rows = new();
    private long _length;
    private bool _mustCheck;

    /// <summary>Gets the rows so far.</summary>
    public IReadOnlyCollection<OutboxRow> Rows
    {
        get
        {
            lock (_lock)
                return [.. _rows];
        }
    }

    /// <summary>Gets whether some of the rows may have been rolled back, although the transaction goes on.</summary>
    public bool MustCheck
    {
        get
        {
            lock (_lock)
                return _mustCheck;
        }
    }

    /// <summary>Adds rows.</summary>
    public void Add(IEnumerable<OutboxRow> rows)
    {
        lock (_lock)
        {
            foreach (var row in rows)
            {
                _rows.Enqueue(row);
                _length += row.Tags.Length;
            }

            while (_length > MaxLength && _rows.Count > 1)
                _length -= _rows.Dequeue().Tags.Length;
        }
    }

    /// <summary>Records that a part of the transaction was rolled back.</summary>
    public void Doubt()
    {
        lock (_lock)
            _mustCheck = true;
    }
}
