namespace RedisTagCache.History.Recording;

/// <summary>What came of it.</summary>
internal enum Outcome : byte
{
    /// <summary>It was done, and confirmed where there is something to confirm.</summary>
    Done,

    /// <summary>It was not confirmed: it may have happened or not.</summary>
    Failed,

    /// <summary>A write that Redis refused.</summary>
    Rejected,

    /// <summary>A read without a value.</summary>
    Nothing,

    /// <summary>A read for which Redis did not answer.</summary>
    Unavailable,

    /// <summary>A value that passes for fresh.</summary>
    Fresh,

    /// <summary>A value that is told to be stale.</summary>
    Stale,

    /// <summary>A value, and nothing is told about it.</summary>
    Value,

    /// <summary>A value of another key, or no value that was ever written.</summary>
    Foreign,
}
