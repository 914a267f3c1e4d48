namespace RedisTagCache.Model;

internal enum MoveKind : byte
{
    /// <summary>An operation goes one step on.</summary>
    Step,

    /// <summary>It has waited long enough for another's lease.</summary>
    StopWaiting,

    /// <summary>A synchronization goes one step on.</summary>
    Sync,

    /// <summary>An instance that knows of a disturbance synchronizes.</summary>
    Rebuild,
    Poll,
    Deliver,
    LoseEpoch,
    LoseTagInvalidations,
    LoseEntry,
    LoseLease,
    LoseRemovals,
    Flush,
    Remember,
    GoBack,

    /// <summary>Redis does not respond to an instance for a while, and stays the server that it is.</summary>
    FallSilent,

    /// <summary>The reply to an eviction does not arrive.</summary>
    LoseReply,
    Reconnect,
    Notice,

    /// <summary>A lease whose owner is gone runs out.</summary>
    Expire,
}

/// <summary>The next step.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="A">The operation, the instance or the message.</param>
/// <param name="B">The partition, the key, or to whom.</param>
internal readonly record struct Move(MoveKind Kind, byte A = 0, byte B = 0)
{
    public override string ToString() => $"{Kind} {A} {B}";
}
