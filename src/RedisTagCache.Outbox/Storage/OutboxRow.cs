namespace RedisTagCache.Outbox.Storage;

/// <summary>A row of the table: tags with one action, added by one transaction.</summary>
/// <param name="Id">The number that the database gave it.</param>
/// <param name="Action">What happens to the entries.</param>
/// <param name="Tags">The tags as stored, a JSON array.</param>
internal readonly record struct OutboxRow(long Id, OutboxAction Action, string Tags);
