namespace RedisTagCache.Outbox.Storage;

/// <summary>A row that an instance has taken for a while.</summary>
/// <param name="Row">The row.</param>
/// <param name="IsRepeat">Whether it was evicted before, and is evicted again for the lag of replicas.</param>
internal readonly record struct ClaimedRow(OutboxRow Row, bool IsRepeat);
