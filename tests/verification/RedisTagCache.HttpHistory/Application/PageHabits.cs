namespace RedisTagCache.HttpHistory.Application;

/// <summary>What the handler of a page does now and then, or when it is asked to.</summary>
[Flags]
internal enum PageHabits
{
    None = 0,

    /// <summary>It takes longer than others wait for it.</summary>
    Hangs = 1,

    /// <summary>It throws, or answers 500, 503 or 429.</summary>
    Fails = 2,

    Redirects = 4,

    /// <summary>It answers 404.</summary>
    Misses = 8,

    /// <summary>It gives visitors without a cookie one.</summary>
    SetsCookies = 16,

    /// <summary>It answers conditional requests with 304 by itself.</summary>
    AnswersConditions = 32,

    /// <summary>It answers requests for ranges with 206.</summary>
    AnswersRanges = 64,

    /// <summary>It ends the connection in the middle of its body.</summary>
    Aborts = 128,

    /// <summary>It does not tell the length of its body.</summary>
    Chunked = 256,
}
