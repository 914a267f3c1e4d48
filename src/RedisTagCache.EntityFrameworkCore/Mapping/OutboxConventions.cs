using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using RedisTagCache.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Mapping;

/// <summary>Adds the conventions of the outbox to those of the provider.</summary>
internal sealed class OutboxConventions(IDbContextOptions options, IEnumerable<IDatabaseProvider> providers) : IConventionSetPlugin
{
    public ConventionSet ModifyConventions(ConventionSet conventionSet)
    {
        var extension = options.FindExtension<OutboxOptionsExtension>()!;
        var provider = providers.First(provider => provider.IsConfigured(options)).Name;
        var dialect = Dialect.Find(provider) ?? throw new NotSupportedException($"UseRedisTagCache supports the providers for SQLite, PostgreSQL, SQL Server and MySQL, but the context uses '{provider}'.");
        var convention = new Convention(extension, dialect);
        conventionSet.ModelInitializedConventions.Add(convention);
        conventionSet.ModelFinalizingConventions.Add(convention);
        conventionSet.ModelFinalizedConventions.Add(convention);
        return conventionSet;
    }

    /// <summary>
    /// Adds the table, and moves the mapping of tags from the entity types to the finished model. There, it is not part of migrations, which cannot write delegates down. There is one object for each model that is built.
    /// </summary>
    private sealed class Convention(OutboxOptionsExtension extension, Dialect dialect) : IModelInitializedConvention, IModelFinalizingConvention, IModelFinalizedConvention
    {
        private TagMapping? _mapping;

        public void ProcessModelInitialized(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context) =>
            OutboxModel.Configure((IMutableModel)modelBuilder.Metadata, extension.Table, extension.CreateTable, dialect);

        public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
        {
            var rules = new Dictionary<string, TagRule[]>(StringComparer.Ordinal);
            foreach (var type in ((IMutableModel)modelBuilder.Metadata).GetEntityTypes())
            {
                if (type.RemoveAnnotation(TagMapping.Annotation)?.Value is List<TagRule> of)
                    rules[type.Name] = [.. of];
            }

            _mapping = new TagMapping(rules);
        }

        public IModel ProcessModelFinalized(IModel model)
        {
            if (_mapping is not null)
                model.SetRuntimeAnnotation(TagMapping.Annotation, _mapping);
            return model;
        }
    }
}
