using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>Copies of an entity with its original or its current values, for the functions that make tags. Current values include those that the database has just generated.</summary>
internal static class EntityCopy
{
    /// <summary>Copies an entity and its owned references.</summary>
    public static object Of(EntityEntry entry, bool isOriginal)
    {
        var copy = (isOriginal ? entry.OriginalValues : entry.CurrentValues).ToObject();
        foreach (var navigation in entry.Metadata.GetNavigations())
        {
            if (navigation.IsCollection || navigation.IsOnDependent || !navigation.TargetEntityType.IsOwned())
                continue;
            if (OwnedEntry(entry, navigation, isOriginal) is not { } owned)
                continue;
            var part = Of(owned, isOriginal);
            if (navigation.FieldInfo is { } field)
                field.SetValue(copy, part);
            else
                navigation.PropertyInfo?.SetValue(copy, part);
        }

        return copy;
    }

    /// <summary>A replaced owned entity is tracked as deleted beside the new one.</summary>
    private static EntityEntry? OwnedEntry(EntityEntry owner, INavigation navigation, bool isOriginal)
    {
        var current = owner.Reference(navigation.Name).TargetEntry;
        if (!isOriginal)
            return current is { State: not EntityState.Deleted } ? current : null;
        var replaced = owner.Context.ChangeTracker.Entries()
            .FirstOrDefault(entry => entry.State == EntityState.Deleted && entry.Metadata == navigation.TargetEntityType && EntityKeys.AreEqual(entry, navigation.ForeignKey, owner));
        return replaced ?? (current is { State: not EntityState.Added } ? current : null);
    }
}
