namespace RedisTagCache.Diagnostics;

/// <summary>Specifies why a value was computed and not stored.</summary>
internal enum BypassReason
{
    /// <summary>Its key is longer than allowed.</summary>
    KeyLength,

    /// <summary>It is larger than allowed.</summary>
    PayloadSize,

    /// <summary>It could not be serialized.</summary>
    Serialization,

    /// <summary>Its factory said so, or ran for longer than it may hold up others.</summary>
    Factory,
}
