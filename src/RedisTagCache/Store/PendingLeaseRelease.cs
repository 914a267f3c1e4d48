namespace RedisTagCache.Store;

/// <summary>A lease to be given back.</summary>
/// <param name="Address">The value.</param>
/// <param name="Owner">The lease's owner.</param>
/// <param name="Mark">What is left in its place.</param>
/// <param name="Duration">For how long that stands.</param>
internal sealed record PendingLeaseRelease(ValueAddress Address, string Owner, string Mark, TimeSpan Duration);
