using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>The rows that were added to one transaction, by all of its users.</summary>
internal sealed class TransactionEvictions
{
    private readonly Lock _lock = new();
    private readonly List<OutboxRow> _rows = [];
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
            _rows.AddRange(rows);
    }

    /// <summary>Records that a part of the transaction was rolled back.</summary>
    public void Doubt()
    {
        lock (_lock)
            _mustCheck = true;
    }
}
