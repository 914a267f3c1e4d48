using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RedisTagCache.LocalCaching;

/// <summary>Whether values of a type can be shared between callers: nobody can change them.</summary>
internal static class Immutable<T>
{
    public static bool IsShared { get; } =
        typeof(T) == typeof(string)
        || !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
        || ((typeof(T).IsSealed || typeof(T).IsValueType) && typeof(T).GetCustomAttribute<ImmutableObjectAttribute>(inherit: false)?.Immutable == true);
}
