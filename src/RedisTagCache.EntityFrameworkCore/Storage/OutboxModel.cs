using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Storage;

/// <summary>Makes the outbox table a part of a model, with the columns of <see cref="Outbox.OutboxScript"/>.</summary>
internal static class OutboxModel
{
    /// <summary>Adds the table to a model.</summary>
    public static void Configure(IMutableModel model, TableName table, bool createTable, Dialect dialect)
    {
        var row = model.FindEntityType(typeof(OutboxEntity)) ?? model.AddEntityType(typeof(OutboxEntity));
        row.SetTableName(table.Name);
        row.SetSchema(table.Schema);
        row.SetIsTableExcludedFromMigrations(!createTable);
        var id = Column(row, nameof(OutboxEntity.Id), "id");
        id.ValueGenerated = ValueGenerated.OnAdd;
        row.SetPrimaryKey(id);
        Column(row, nameof(OutboxEntity.Cache), "cache").SetMaxLength(32);
        Column(row, nameof(OutboxEntity.Action), "action");
        Column(row, nameof(OutboxEntity.Tags), "tags");
        ByDatabase(Column(row, nameof(OutboxEntity.PendingSince), "pending_since"), dialect.PendingSince);
        ByDatabase(Column(row, nameof(OutboxEntity.DueAt), "due_at"), dialect.DueAt);
        ByDatabase(Column(row, nameof(OutboxEntity.Pass), "pass"), "0");
        Column(row, nameof(OutboxEntity.Claim), "claim").SetMaxLength(32);
        Column(row, nameof(OutboxEntity.Error), "error");
    }

    /// <summary>Gets the table as the model of a context has it; null if it has none. SQLite has no schemas, and Entity Framework ignores them there.</summary>
    public static TableName? TableOf(DbContext context) => context.Model.FindEntityType(typeof(OutboxEntity)) is { } row
        ? new TableName(context.Database.ProviderName?.EndsWith(".Sqlite", StringComparison.Ordinal) == true ? null : row.GetSchema(), row.GetTableName()!)
        : null;

    private static IMutableProperty Column(IMutableEntityType row, string property, string name)
    {
        var column = row.FindProperty(property) ?? row.AddProperty(property, typeof(OutboxEntity).GetProperty(property)!.PropertyType);
        column.SetColumnName(name);
        if (column.ClrType == typeof(string))
            column.IsNullable = property is nameof(OutboxEntity.Claim) or nameof(OutboxEntity.Error);
        return column;
    }

    /// <summary>The clocks of instances do not matter, so the database sets the column, and nobody reads it back.</summary>
    private static void ByDatabase(IMutableProperty column, string sql)
    {
        column.SetDefaultValueSql(sql);
        column.ValueGenerated = ValueGenerated.Never;
        column.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
        column.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
    }
}
