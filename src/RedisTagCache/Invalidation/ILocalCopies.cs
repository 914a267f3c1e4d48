namespace RedisTagCache.Invalidation;

/// <summary>The copies of a region's entries that an instance keeps, as far as changes in Redis concern them.</summary>
internal interface ILocalCopies
{
    /// <summary>Whose entries they are.</summary>
    CacheRegion Region { get; }

    /// <summary>An entry was removed or overwritten: copies that are not newer than this number are gone.</summary>
    void Drop(string name, long number);

    /// <summary>Changes were missed: all copies that are validated by this are gone.</summary>
    void DropAll(EntryWatch watch);
}
