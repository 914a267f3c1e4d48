namespace RedisTagCache.Diagnostics;

/// <summary>Why a value was computed and not kept.</summary>
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
