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
    private readonly List<(OutboxAction Action, string Tag)> _known = [];
    private readonly List<EntityEntry> _generated = [];

    private ChangedTags(TagMapping mapping) => _mapping = mapping;

    /// <summary>Gets the tags that are known before the changes are saved.</summary>
    public IReadOnlyList<(OutboxAction Action, string Tag)> Known => _known;

    /// <summary>Gets whether there are tags that are known only after the changes are saved.</summary>
    public bool HasGenerated => _generated.Count > 0;

    /// <summary>Finds the tags of the changes that a context tracks.</summary>
    /// <exception cref="InvalidOperationException">A function of the mapping failed.</exception>
    public static ChangedTags Of(DbContext context)
    {
        var found = new ChangedTags(TagMapping.Of(context.Model));
        EntityEntry[] entries = [.. context.ChangeTracker.Entries()];
        foreach (var entry in found.Touched(entries))
            found.Add(entry);
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

    /// <summary>The mapped entities that are changed themselves, own what is changed, or are joined or parted by a change.</summary>
    private HashSet<EntityEntry> Touched(EntityEntry[] entries)
    {
        var touched = new Dictionary<object, EntityEntry>(ReferenceEqualityComparer.Instance);
        foreach (var entry in entries)
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted) || entry.Entity is OutboxEntity)
                continue;
            Touch(RootOf(entry, entries));
            if (!_mapping.IsJoin(entry.Metadata))
                continue;
            foreach (var key in entry.Metadata.GetForeignKeys())
                Touch(EntityKeys.Principal(entry, key, entries));
        }

        return [.. touched.Values];

        void Touch(EntityEntry? entry)
        {
            if (entry is not null && _mapping.RulesOf(entry.Metadata).Length > 0)
                touched.TryAdd(entry.Entity, entry);
        }
    }

    private static EntityEntry? RootOf(EntityEntry entry, EntityEntry[] entries)
    {
        var root = entry;
        while (root?.Metadata.FindOwnership() is { } ownership)
            root = EntityKeys.Principal(root, ownership, entries);
        return root;
    }

    private void Add(EntityEntry entry)
    {
        if (entry.State != EntityState.Added)
            AddTags(entry, isOriginal: true, _known);
        if (entry.State == EntityState.Deleted)
            return;
        if (IsGenerated(entry))
            _generated.Add(entry);
        else
            AddTags(entry, isOriginal: false, _known);
    }

    /// <summary>Concurrency stamps change with each save, and no tag consists of one.</summary>
    private static bool IsGenerated(EntityEntry entry) => entry.Properties.Any(property =>
        property.IsTemporary
        || (!property.Metadata.IsConcurrencyToken
            && entry.State == EntityState.Added
            && property.Metadata.ValueGenerated.HasFlag(ValueGenerated.OnAdd)
            && Equals(property.CurrentValue, property.Metadata.Sentinel))
        || (!property.Metadata.IsConcurrencyToken && entry.State == EntityState.Modified && property.Metadata.ValueGenerated.HasFlag(ValueGenerated.OnUpdate)));

    private void AddTags(EntityEntry entry, bool isOriginal, List<(OutboxAction, string)> tags)
    {
        try
        {
            var copy = EntityCopy.Of(entry, isOriginal);
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
