using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>One call of SaveChanges that has evictions.</summary>
internal sealed class PendingSave
{
    /// <summary>Gets the tags of the changes.</summary>
    public required ChangedTags Tags { get; init; }

    /// <summary>Gets the rows that are saved together with the changes.</summary>
    public required IReadOnlyList<EntityEntry<OutboxEntity>> Entries { get; init; }

    /// <summary>Gets whether the call has a transaction of its own, which ends before the call.</summary>
    public required bool IsOwnTransaction { get; init; }

    /// <summary>Gets the setting of the context, which is restored after the call.</summary>
    public required AutoTransactionBehavior Behavior { get; init; }

    /// <summary>Gets the transaction that the rows are written into, of the database or ambient. Nothing if it is the call's own.</summary>
    public required object? Transaction { get; init; }

    /// <summary>Gets the tags requested outside of a transaction that the rows contain.</summary>
    public required IReadOnlyList<QueuedTag> Queued { get; init; }

    /// <summary>Gets the tags requested within the transaction that the rows contain.</summary>
    public required IReadOnlyList<RequestedTag> Requested { get; init; }

    /// <summary>Gets or sets whether Entity Framework writes the changes. Before that, another interceptor may end the call by an exception, without a notification.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Gets the rows that were added just before the commit. Each try of the call begins with none.</summary>
    public List<OutboxRow> Generated { get; } = [];

    /// <summary>Returns the rows that were saved. They have numbers, which the entities may not have yet.</summary>
    public List<OutboxRow> Rows() =>
        [.. Entries.Where(static entry => !entry.Property(row => row.Id).IsTemporary).Select(static entry => new OutboxRow(entry.Property(row => row.Id).CurrentValue, (OutboxAction)entry.Entity.Action, entry.Entity.Tags))];
}
