using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>Copies of an entity with its original or its current values, for the functions that make tags. Current values include those that the database has just generated.</summary>
internal static class EntityCopy
{
    /// <summary>Copies an entity and its owned references.</summary>
    public static object Of(EntityEntry entry, bool isOriginal, TrackedEntities tracked)
    {
        var copy = (isOriginal ? entry.OriginalValues : entry.CurrentValues).ToObject();
        foreach (var navigation in OwnedReferences(entry.Metadata))
        {
            if (OwnedEntry(entry, navigation, isOriginal, tracked) is not { } owned)
                continue;
            var part = Of(owned, isOriginal, tracked);
            if (navigation.FieldInfo is { } field)
                field.SetValue(copy, part);
            else
                navigation.PropertyInfo?.SetValue(copy, part);
        }

        return copy;
    }

    /// <summary>Returns the owned references of a type.</summary>
    public static IEnumerable<INavigation> OwnedReferences(IEntityType type) =>
        type.GetNavigations().Where(static navigation => !navigation.IsCollection && !navigation.IsOnDependent && navigation.TargetEntityType.IsOwned());

    /// <summary>A replaced owned entity is tracked as deleted beside the new one.</summary>
    private static EntityEntry? OwnedEntry(EntityEntry owner, INavigation navigation, bool isOriginal, TrackedEntities tracked)
    {
        var current = owner.Reference(navigation.Name).TargetEntry;
        if (!isOriginal)
            return current is { State: not EntityState.Deleted } ? current : null;
        return tracked.Deleted(owner, navigation.ForeignKey) ?? (current is { State: not EntityState.Added } ? current : null);
    }
}
