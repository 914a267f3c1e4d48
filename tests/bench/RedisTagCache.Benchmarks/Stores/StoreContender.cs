namespace RedisTagCache.Benchmarks.Stores;

/// <summary>A cache as a store: what it reads from Redis and writes there. Members hand on its own task, so that nothing but its cost is seen.</summary>
internal abstract class StoreContender(string name)
{
    public string Name { get; } = name;

    /// <summary>Whether its entries can carry tags.</summary>
    public virtual bool HasTags => true;

    /// <summary>Whether entries without tags are of interest.</summary>
    public virtual bool IsPlain => false;

    public abstract Operation Get(Shape shape);

    public abstract Operation Set(Shape shape);

    public async Task FillAsync(Shape shape)
    {
        var set = Set(shape);
        for (var i = 0; i < shape.Keys.Length; i++)
            await set.RunAsync(i);
    }
}
