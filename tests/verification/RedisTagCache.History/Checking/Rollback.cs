namespace RedisTagCache.History.Checking;

/// <summary>Redis went back in time. All are time stamps.</summary>
/// <param name="LostFrom">What was confirmed before this was kept.</param>
/// <param name="LostUntil">When the server that had confirmed it was killed.</param>
/// <param name="BackAt">When the one that had lost it answered.</param>
internal sealed record Rollback(long LostFrom, long LostUntil, long BackAt)
{
    /// <summary>Whether a change may have been lost that was confirmed between these.</summary>
    public bool MayHaveLost(in Change change) => change.End >= LostFrom && change.Start <= LostUntil;
}
