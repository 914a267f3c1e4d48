using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using RedisTagCache.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>The tags of the changes that a context is about to save. Those of values that the database generates are known only after that.</summary>
internal sealed class ChangedTags
{
    private readonly TagMapping _mapping;
    private readonly TrackedEntities _tracked;
    private readonly List<(OutboxAction Action, string Tag)> _known = [];
    private readonly List<EntityEntry> _generated = [];

    private ChangedTags(TagMapping mapping, TrackedEntities tracked) => (_mapping, _tracked) = (mapping, tracked);

    /// <summary>Gets the tags that are known before the changes are saved.</summary>
    public IReadOnlyList<(OutboxAction Action, string Tag)> Known => _known;

    /// <summary>Gets the entities whose tags are known only after the changes are saved.</summary>
    public IReadOnlyList<EntityEntry> GeneratedOf => _generated;

    /// <summary>Gets whether there are tags that are known only after the changes are saved.</summary>
    public bool HasGenerated => _generated.Count > 0;

    /// <summary>Finds the tags of the changes that a context tracks.</summary>
    /// <param name="context">The context.</param>
    /// <param name="saved">Entities that were saved before and are saved again, with values that the database then generates again.</param>
    /// <exception cref="InvalidOperationException">A function of the mapping failed.</exception>
    public static ChangedTags Of(DbContext context, IReadOnlySet<object> saved)
    {
        Cascade(context.ChangeTracker);
        var found = new ChangedTags(TagMapping.Of(context.Model), new TrackedEntities([.. context.ChangeTracker.Entries()]));
        foreach (var entry in found.Touched())
            found.Add(entry, saved.Contains(entry.Entity));
        return found;
    }

    /// <summary>Returns the tags of values that the database has generated.</summary>
    /// <exception cref="InvalidOperationException">A function of the mapping failed.</exception>
    public List<(OutboxAction Action, string Tag)> Generated()
    {
        var tags = new List<(OutboxAction, string)>();
        foreach (var entry in _generated)
            AddTags(entry, isOriginal: false, tags);
        return tags;
    }

    /// <summary>Finds the entities that SaveChanges will delete because of others, if the context leaves that to it.</summary>
    private static void Cascade(ChangeTracker tracker)
    {
        if ((tracker.CascadeDeleteTiming, tracker.DeleteOrphansTiming) is (CascadeTiming.OnSaveChanges, not CascadeTiming.Never) or (not CascadeTiming.Never, CascadeTiming.OnSaveChanges))
            tracker.CascadeChanges();
    }

    /// <summary>The mapped entities that are changed themselves, own what is changed, or are joined or parted by a change.</summary>
    private HashSet<EntityEntry> Touched()
    {
        var touched = new Dictionary<object, EntityEntry>(ReferenceEqualityComparer.Instance);
        foreach (var entry in _tracked.Entries)
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted) || entry.Entity is OutboxEntity)
                continue;
            Touch(RootOf(entry));
            if (!_mapping.IsJoin(entry.Metadata))
                continue;
            foreach (var key in entry.Metadata.GetForeignKeys())
                Touch(_tracked.Principal(entry, key));
        }

        return [.. touched.Values];

        void Touch(EntityEntry? entry)
        {
            if (entry is not null && _mapping.RulesOf(entry.Metadata).Length > 0)
                touched.TryAdd(entry.Entity, entry);
        }
    }

    private EntityEntry? RootOf(EntityEntry entry)
    {
        var root = entry;
        while (root?.Metadata.FindOwnership() is { } ownership)
            root = _tracked.Principal(root, ownership);
        return root;
    }

    private void Add(EntityEntry entry, bool isAgain)
    {
        if (entry.State != EntityState.Added)
            AddTags(entry, isOriginal: true, _known);
        if (entry.State == EntityState.Deleted)
            return;
        if (isAgain || IsGenerated(entry))
            _generated.Add(entry);
        else
            AddTags(entry, isOriginal: false, _known);
    }

    /// <summary>Returns whether the database sets a value of an entity, or of what it owns. Concurrency stamps change with each save, and no tag consists of one.</summary>
    private static bool IsGenerated(EntityEntry entry) =>
        entry.Properties.Any(property => IsGenerated(entry, property))
        || entry.ComplexProperties.Any(complex => IsGenerated(entry, complex))
        || EntityCopy.OwnedReferences(entry.Metadata).Any(owned => entry.Reference(owned.Name).TargetEntry is { } target && IsGenerated(target));

    private static bool IsGenerated(EntityEntry entry, ComplexPropertyEntry complex) =>
        complex.Properties.Any(property => IsGenerated(entry, property)) || complex.ComplexProperties.Any(inner => IsGenerated(entry, inner));

    private static bool IsGenerated(EntityEntry entry, PropertyEntry property)
    {
        var column = property.Metadata;
        if (property.IsTemporary)
            return true;
        if (column.IsConcurrencyToken)
            return false;

        // A value that the application has set is not sent if the column is computed.
        return entry.State switch
        {
            EntityState.Added => column.ValueGenerated.HasFlag(ValueGenerated.OnAdd)
                && (column.GetBeforeSaveBehavior() == PropertySaveBehavior.Ignore || Equals(property.CurrentValue, column.Sentinel)),
            EntityState.Modified => column.ValueGenerated.HasFlag(ValueGenerated.OnUpdate),
            _ => false,
        };
    }

    private void AddTags(EntityEntry entry, bool isOriginal, List<(OutboxAction, string)> tags)
    {
        try
        {
            var copy = EntityCopy.Of(entry, isOriginal, _tracked);
            foreach (var rule in _mapping.RulesOf(entry.Metadata))
            {
                if (rule.Tag(copy) is { Length: > 0 } tag)
                    tags.Add((rule.Action, tag));
            }
        }
        catch (Exception e) when (e is NullReferenceException or ArgumentNullException)
        {
            throw new InvalidOperationException(
                $"A function in EvictsTags or ExpiresTags of {entry.Metadata.DisplayName()} failed. It gets a copy of the entity with its properties and owned references; other navigations are null or empty.", e);
        }
    }
}
