using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>The entities that a context tracks, found by the two ends of a foreign key. Each end is indexed once, so that a save of many entities costs no more for each of them.</summary>
/// <param name="entries">The entities.</param>
internal sealed class TrackedEntities(EntityEntry[] entries)
{
    private readonly Dictionary<(IReadOnlyKey, IReadOnlyEntityType), Dictionary<object?[], EntityEntry>> _principals = [];
    private readonly Dictionary<IReadOnlyForeignKey, Dictionary<object?[], EntityEntry>> _deleted = [];

    /// <summary>Gets all of them.</summary>
    public IReadOnlyList<EntityEntry> Entries => entries;

    /// <summary>Returns the entity that a dependent refers to, if it is tracked. A deleted dependent refers to the one that it referred to before.</summary>
    public EntityEntry? Principal(EntityEntry dependent, IReadOnlyForeignKey key)
    {
        // All types of a hierarchy have the key of their base.
        var end = (key.PrincipalKey, key.PrincipalEntityType);
        if (!_principals.TryGetValue(end, out var principals))
        {
            _principals[end] = principals = Index(
                key.PrincipalKey,
                entries.Where(entry => key.PrincipalEntityType.IsAssignableFrom(entry.Metadata)),
                entry => CurrentValues(entry, key.PrincipalKey.Properties));
        }

        return principals.GetValueOrDefault(DependentValues(dependent, key));
    }

    /// <summary>Returns the entity that referred to another one, and is deleted.</summary>
    public EntityEntry? Deleted(EntityEntry principal, IReadOnlyForeignKey key)
    {
        if (!_deleted.TryGetValue(key, out var dependents))
        {
            _deleted[key] = dependents = Index(
                key.PrincipalKey,
                entries.Where(entry => entry.State == EntityState.Deleted && entry.Metadata == key.DeclaringEntityType),
                entry => DependentValues(entry, key));
        }

        return dependents.GetValueOrDefault(CurrentValues(principal, key.PrincipalKey.Properties));
    }

    private static Dictionary<object?[], EntityEntry> Index(IReadOnlyKey key, IEnumerable<EntityEntry> entries, Func<EntityEntry, object?[]> values)
    {
        var index = new Dictionary<object?[], EntityEntry>(new KeyComparer(key));
        foreach (var entry in entries)
            index.TryAdd(values(entry), entry);
        return index;
    }

    private static object?[] CurrentValues(EntityEntry entry, IReadOnlyList<IReadOnlyProperty> properties) => [.. properties.Select(property => entry.Property(property.Name).CurrentValue)];

    private static object?[] DependentValues(EntityEntry entry, IReadOnlyForeignKey key) =>
        [.. key.Properties.Select(property => entry.Property(property.Name)).Select(property => entry.State == EntityState.Deleted ? property.OriginalValue : property.CurrentValue)];

    /// <summary>Compares the values of a key as Entity Framework does.</summary>
    private sealed class KeyComparer(IReadOnlyKey key) : IEqualityComparer<object?[]>
    {
        private readonly ValueComparer?[] _comparers = [.. key.Properties.Select(static property => property.GetKeyValueComparer())];

        public bool Equals(object?[]? x, object?[]? y)
        {
            for (var i = 0; i < _comparers.Length; i++)
            {
                if (!(_comparers[i]?.Equals(x![i], y![i]) ?? Equals(x![i], y![i])))
                    return false;
            }

            return true;
        }

        public int GetHashCode(object?[] obj)
        {
            var hash = new HashCode();
            for (var i = 0; i < _comparers.Length; i++)
                hash.Add(obj[i] is not { } value ? 0 : _comparers[i]?.GetHashCode(value) ?? value.GetHashCode());
            return hash.ToHashCode();
        }
    }
}
