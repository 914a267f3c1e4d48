using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache;

/// <summary>A value that may be there.</summary>
/// <typeparam name="T">Its type.</typeparam>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "An answer, not something to compare.")]
public readonly struct CacheValue<T>
{
    internal CacheValue(T value, bool isStale)
    {
        Value = value;
        IsStale = isStale;
        HasValue = true;
    }

    /// <summary>Whether there is one.</summary>
    public bool HasValue { get; }

    /// <summary>The value; the type's default when there is none.</summary>
    public T? Value { get; }

    /// <summary>Whether it is past its lifetime or softly expired.</summary>
    public bool IsStale { get; }
}
