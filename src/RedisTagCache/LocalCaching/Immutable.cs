using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RedisTagCache.LocalCaching;

/// <summary>Decides whether values of a type can be shared between callers, because they cannot be changed.</summary>
internal static class Immutable<T>
{
    public static bool IsShared { get; } =
        typeof(T) == typeof(string)
        || !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
        || ((typeof(T).IsSealed || typeof(T).IsValueType) && typeof(T).GetCustomAttribute<ImmutableObjectAttribute>(inherit: false)?.Immutable == true);
}
