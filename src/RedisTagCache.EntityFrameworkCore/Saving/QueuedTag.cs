using System.Data.Common;
using RedisTagCache.Outbox;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>A tag that the application wants evicted with the next commit.</summary>
/// <param name="Transaction">The transaction at the time of the call. Nothing if there was none.</param>
/// <param name="Action">What happens to the entries.</param>
/// <param name="Tag">The tag.</param>
internal readonly record struct QueuedTag(DbTransaction? Transaction, OutboxAction Action, string Tag);
