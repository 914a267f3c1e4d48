using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache;

/// <summary>Represents a value that may or may not exist.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "An answer, not something to compare.")]
public readonly struct CacheValue<T>
{
    internal CacheValue(T value, bool isStale)
    {
        Value = value;
        IsStale = isStale;
        HasValue = true;
    }

    /// <summary>Gets whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>Gets the value, or the default of the type if there is none.</summary>
    public T? Value { get; }

    /// <summary>Gets whether the value is past its lifetime or was expired by tag.</summary>
    public bool IsStale { get; }
}
