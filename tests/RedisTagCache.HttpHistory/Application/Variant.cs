namespace RedisTagCache.HttpHistory.Application;

/// <summary>A page in one spelling of its address, with one value of everything it varies by.</summary>
internal sealed class Variant(int id)
{
    private Stored? _stored;
    private object? _lastTag;

    public int Id { get; } = id;

    /// <summary>The rendering that was stored last in a request, as far as it is known.</summary>
    public Stored? Stored
    {
        get => Volatile.Read(ref _stored);
        set => Volatile.Write(ref _stored, value);
    }

    /// <summary>The entity tag that a client got last, for conditional requests.</summary>
    public Facts? LastTag
    {
        get => (Facts?)Volatile.Read(ref _lastTag);
        set => Volatile.Write(ref _lastTag, value);
    }
}
