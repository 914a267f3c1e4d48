namespace RedisTagCache.HttpHistory.Application;

/// <summary>What became of a rendering.</summary>
internal sealed class RenderedPage(Facts facts)
{
    public Facts Facts => facts;

    /// <summary>Whether its handler has ended the connection.</summary>
    public bool IsGivenUp { get; set; }
}
