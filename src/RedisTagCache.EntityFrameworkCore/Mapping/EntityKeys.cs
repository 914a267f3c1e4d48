using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>Finds the tracked entity at the other end of a foreign key.</summary>
internal static class EntityKeys
{
    /// <summary>Returns the entity that a dependent refers to, if it is tracked. A deleted dependent refers to the one that it referred to before.</summary>
    public static EntityEntry? Principal(EntityEntry dependent, IReadOnlyForeignKey key, IEnumerable<EntityEntry> entries) =>
        entries.FirstOrDefault(entry => key.PrincipalEntityType.IsAssignableFrom(entry.Metadata) && AreEqual(dependent, key, entry));

    /// <summary>Returns whether a dependent refers to an entity.</summary>
    public static bool AreEqual(EntityEntry dependent, IReadOnlyForeignKey key, EntityEntry principal)
    {
        for (var i = 0; i < key.Properties.Count; i++)
        {
            var property = dependent.Property(key.Properties[i].Name);
            var value = dependent.State == EntityState.Deleted ? property.OriginalValue : property.CurrentValue;
            if (!Equals(value, principal.Property(key.PrincipalKey.Properties[i].Name).CurrentValue))
                return false;
        }

        return true;
    }
}
