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

    /// <summary>A transaction is rolled back.</summary>
    RollBack,

    /// <summary>A dispatcher claims a row.</summary>
    Claim,

    /// <summary>The claim of one that is gone runs out.</summary>
    EndClaim,

    /// <summary>The claim of one that is still at work runs out.</summary>
    LoseClaim,

    /// <summary>The replica of the database receives what is committed.</summary>
    Replicate,

    /// <summary>An answer of Redis or of the database does not arrive.</summary>
    LoseAnswer,

    /// <summary>A process is killed, and starts again.</summary>
    Crash,
}

/// <summary>The next step.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="A">The operation, the instance or the message.</param>
/// <param name="B">The partition, the key, the row, or to whom.</param>
internal readonly record struct Move(MoveKind Kind, byte A = 0, byte B = 0)
{
    public override string ToString() => $"{Kind} {A} {B}";
}
