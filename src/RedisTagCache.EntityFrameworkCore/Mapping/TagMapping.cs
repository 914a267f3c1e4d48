using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>The tags of the entities of a model.</summary>
internal sealed class TagMapping(IReadOnlyDictionary<string, TagRule[]> rules)
{
    /// <summary>The name of the annotation: of an entity type while the model is built, and of the finished model for all of them.</summary>
    public const string Annotation = "RedisTagCache:Tags";

    private readonly ConcurrentDictionary<IReadOnlyEntityType, TagRule[]> _rules = [];
    private readonly ConcurrentDictionary<IReadOnlyModel, HashSet<IReadOnlyEntityType>> _joins = [];

    /// <summary>Gets the names of the entity types that have rules of their own.</summary>
    public IEnumerable<string> Mapped => rules.Keys;

    /// <summary>Returns the mapping of a model.</summary>
    /// <exception cref="InvalidOperationException">The model was compiled, which leaves the mapping out.</exception>
    public static TagMapping Of(IModel model) => model.FindRuntimeAnnotationValue(Annotation) as TagMapping ?? throw new InvalidOperationException(
        "The model has no mapping of tags, because it is a compiled model. Compiled models cannot contain EvictsTags and ExpiresTags: use the context without UseModel, or without UseRedisTagCache and with EvictOnCommit.");

    /// <summary>Returns the rules of an entity type, with those of its base types.</summary>
    public TagRule[] RulesOf(IReadOnlyEntityType type) => _rules.GetOrAdd(
        type,
        static (type, rules) => [.. type.GetAllBaseTypesInclusive().SelectMany(of => rules.GetValueOrDefault(of.Name) ?? [])],
        rules);

    /// <summary>Returns whether rows of a type join the two ends of a many-to-many relationship.</summary>
    public bool IsJoin(IReadOnlyEntityType type) => _joins.GetOrAdd(
        type.Model,
        static model => [.. model.GetEntityTypes().SelectMany(of => of.GetSkipNavigations()).Select(navigation => navigation.JoinEntityType).OfType<IReadOnlyEntityType>()]).Contains(type);
}
