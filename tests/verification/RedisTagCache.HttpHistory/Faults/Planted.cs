namespace RedisTagCache.HttpHistory.Faults;

/// <summary>Faults put in on purpose, to see that they are found. They are in the generated applications, never in the library.</summary>
internal enum Planted
{
    None,

    /// <summary>Tags carry values as they were typed, not as the route understands them.</summary>
    TagsAsTyped,

    /// <summary>Pages that are asked for with POST carry no tags.</summary>
    PostTagsLost,

    /// <summary>Evictions only make pages stale.</summary>
    EvictionsMadeSoft,

    /// <summary>Evictions of pages take place in the application's other cache.</summary>
    EvictionsInTheOtherCache,

    /// <summary>Evictions in the application's other cache end pages.</summary>
    CachesMixed,

    /// <summary>A refresh renders without the tenant.</summary>
    TenantLostInRefresh,

    /// <summary>A header set before the cache is not that of the rendering that is served.</summary>
    HeaderOfAnotherRendering,

    /// <summary>Now and then the status header says hit of what was rendered.</summary>
    StatusLies,

    /// <summary>After a conditional request was answered 304, the page counts as not cacheable for a while.</summary>
    ConditionMarksPage,

    /// <summary>Requests for a page wait until the one before has been sent, however slowly its client reads.</summary>
    FollowersHeld,

    /// <summary>Now and then another page is served.</summary>
    BodyOfAnotherPage,

    /// <summary>What was served stays in memory.</summary>
    MemoryKept,
}
