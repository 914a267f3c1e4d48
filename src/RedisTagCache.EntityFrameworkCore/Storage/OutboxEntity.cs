namespace RedisTagCache.EntityFrameworkCore.Storage;

/// <summary>A row of the outbox table, as the model of a context knows it.</summary>
internal sealed class OutboxEntity
{
    /// <summary>Gets or sets the number that the database gives.</summary>
    public long Id { get; set; }

    /// <summary>Gets or sets the name of the cache.</summary>
    public string Cache { get; set; } = "";

    /// <summary>Gets or sets what happens to the entries.</summary>
    public long Action { get; set; }

    /// <summary>Gets or sets the tags, a JSON array.</summary>
    public string Tags { get; set; } = "";

    /// <summary>Gets or sets since when the row waits. The database sets it.</summary>
    public long PendingSince { get; set; }

    /// <summary>Gets or sets from when on the row may be taken. The database sets it.</summary>
    public long DueAt { get; set; }

    /// <summary>Gets or sets how often it was evicted. The database sets it.</summary>
    public long Pass { get; set; }

    /// <summary>Gets or sets who has taken it.</summary>
    public string? Claim { get; set; }

    /// <summary>Gets or sets why it was set aside.</summary>
    public string? Error { get; set; }
}
