namespace RedisTagCache.Store;

/// <summary>The copies of values that an instance keeps, as far as changes in Redis concern them.</summary>
internal interface ILocalCopies
{
    /// <summary>An entry was removed or overwritten: copies that are not newer than this number are gone.</summary>
    void Drop(string name, long number);

    /// <summary>Changes of this partition were missed: all its copies are gone.</summary>
    void DropAll(PartitionWatch partition);

    /// <summary>Somebody who waits for this entry should look again.</summary>
    void Wake(string name);
}
