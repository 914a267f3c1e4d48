namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>Which entries are looked for. What is not set does not narrow the search.</summary>
internal sealed record FindRequest
{
    public string? Tag { get; init; }

    /// <summary>What the keys begin with.</summary>
    public string? Key { get; init; }

    public string? Region { get; init; }

    /// <summary><c>fresh</c>, <c>stale</c>, <c>invalidated</c>, or <c>served</c> for the first two.</summary>
    public string? Status { get; init; }

    public bool AllBuilds { get; init; }

    /// <summary>1 to 200; 50 when it is not said.</summary>
    public int? Limit { get; init; }
}
