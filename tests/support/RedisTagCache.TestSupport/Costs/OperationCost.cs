namespace RedisTagCache.TestSupport.Costs;

/// <summary>What one call of an operation costs.</summary>
/// <param name="Bytes">Allocated by the process, the client's part included.</param>
/// <param name="RoundTrips">How often it waits for the server.</param>
/// <param name="Commands">What the server runs, those within scripts included, in the order of names: <c>get 2</c>.</param>
public sealed record OperationCost(long Bytes, int RoundTrips, string Commands)
{
    /// <summary>What a script runs.</summary>
    private static readonly string[] _within =
        ["del", "exists", "get", "getrange", "hmget", "hset", "info", "pexpire", "publish", "rename", "set", "time", "unlink", "zadd", "zcard", "zrange", "zscore"];

    /// <summary>The same on the embedded server, which counts no commands within scripts.</summary>
    public OperationCost WithoutScripts() => !Commands.Contains("evalsha", StringComparison.Ordinal)
        ? this
        : this with { Commands = string.Join(", ", Commands.Split(", ").Where(static command => !_within.Contains(command.Split(' ')[0]))) };
}
