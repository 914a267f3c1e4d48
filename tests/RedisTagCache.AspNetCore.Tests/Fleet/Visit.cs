namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>How a request was answered.</summary>
/// <param name="Status">The status; 0 when the connection broke.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">The page.</param>
/// <param name="Took">From just before it was sent until the answer was there.</param>
internal sealed record Visit(int Status, string Head, string Body, TimeSpan Took)
{
    public bool Is(string cacheStatus) => Head.Contains($"\r\nX-Cache: {cacheStatus}", StringComparison.Ordinal);
}
