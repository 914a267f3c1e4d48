namespace RedisTagCache.Invalidation;

/// <summary>Receives the changes in Redis for the local copies of a region's entries.</summary>
internal interface ILocalCopies
{
    /// <summary>Gets the region of the entries.</summary>
    CacheRegion Region { get; }

    /// <summary>An entry was removed or overwritten: copies that are not newer than this number are gone.</summary>
    void Drop(string name, long number);

    /// <summary>Changes were missed: all copies that are validated by this are gone.</summary>
    void DropAll(EntryWatch watch);
}
