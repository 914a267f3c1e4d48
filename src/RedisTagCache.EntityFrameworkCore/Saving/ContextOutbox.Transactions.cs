using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>What happens with the transactions of a context.</summary>
internal sealed partial class ContextOutbox
{
    private bool IsSaving => _save is { IsOwnTransaction: true };

    /// <summary>Forgets what the object of a transaction was used for before: providers may use it again.</summary>
    public void Begin(DbTransaction transaction)
    {
        if (IsSaving)
            return;
        (_outbox ??= TryFindOutbox())?.Take(transaction);
        _queued.RemoveAll(tag => tag.Transaction == transaction);
    }

    /// <summary>Adds the rows that are still missing, just before a commit.</summary>
    public async ValueTask BeforeCommitAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        if (IsSaving)
        {
            await WriteGeneratedAsync(transaction, isAsync, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_bulk is { } entity)
            Warnings()?.BulkWithoutEviction(entity);
        _bulk = null;
        await FlushAsync(transaction, isAsync, cancellationToken).ConfigureAwait(false);
        if (_outbox is { Options.EvictBeforeCommit: true })
            await EvictBeforeAsync(Outbox.Evictions(transaction).Rows, isAsync).ConfigureAwait(false);
    }

    /// <summary>Evicts after a commit.</summary>
    public async ValueTask AfterCommitAsync(DbTransaction transaction, bool isAsync)
    {
        if (IsSaving)
            return; // SavedChanges follows
        _hasQueued = false;
        _queued.RemoveAll(tag => tag.Transaction == transaction);
        if ((_outbox ??= TryFindOutbox()) is not { } outbox)
            return;

        // Other contexts may have added to the same transaction.
        var evictions = outbox.Take(transaction);
        await DeliverAsync(evictions.Rows, evictions.MustCheck, isAsync).ConfigureAwait(false);
    }

    /// <summary>Forgets the evictions of a transaction that did not commit, or may not have. If it has, its rows are in the table.</summary>
    public void Forget(DbTransaction transaction)
    {
        _outbox?.Take(transaction);
        if (IsSaving)
            return;
        _queued.RemoveAll(tag => tag.Transaction == transaction);
        _bulk = null;
        _hasQueued = false;
    }

    /// <summary>Writes queued evictions before a savepoint, so that what is queued later goes with it.</summary>
    public ValueTask BeforeSavepointAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken) =>
        _save is null ? FlushAsync(transaction, isAsync, cancellationToken) : default;

    /// <summary>Drops what was queued since the savepoint. Which rows are left, only the table knows.</summary>
    public void RolledBackToSavepoint(DbTransaction transaction)
    {
        if (_save is null)
            _queued.RemoveAll(tag => tag.Transaction == transaction);
        _outbox?.Evictions(transaction).Doubt();
    }

    /// <summary>Takes note that rows were changed without the tracker.</summary>
    public void Changed(string sql)
    {
        if (_hasQueued || _queued.Count > 0 || MappedTableIn(sql) is not { } entity)
            return;
        if (Transaction is null && !IsAmbient)
            Warnings()?.BulkWithoutEviction(entity);
        else
            _bulk = entity;
    }

    /// <summary>Returns the name of a mapped entity whose table occurs in a statement.</summary>
    private string? MappedTableIn(string sql)
    {
        var generator = Context.GetService<ISqlGenerationHelper>();
        var mapping = TagMapping.Of(Context.Model);
        return Context.Model.GetEntityTypes()
            .Where(type => mapping.RulesOf(type).Length > 0 && type.GetTableName() is { } table && sql.Contains(generator.DelimitIdentifier(table, type.GetSchema()), StringComparison.Ordinal))
            .Select(static type => type.DisplayName())
            .FirstOrDefault();
    }

    private async ValueTask FlushAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        var queued = Relevant(transaction);
        if (queued.Count == 0)
            return;
        var rows = await WriteAsync(transaction, [.. queued.Select(static tag => (tag.Action, tag.Tag))], isAsync, cancellationToken).ConfigureAwait(false);
        queued.Clear();
        Outbox.Evictions(transaction).Add(rows);
    }

    /// <summary>The changes are saved and not committed, so the values that the database has generated are known.</summary>
    private async ValueTask WriteGeneratedAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        var save = _save!;
        save.Generated.Clear(); // of a try before, which was rolled back
        if (save.Tags.HasGenerated)
            save.Generated.AddRange(await WriteAsync(transaction, save.Tags.Generated(), isAsync, cancellationToken).ConfigureAwait(false));
        if (Outbox.Options.EvictBeforeCommit)
            await EvictBeforeAsync([.. save.Rows(), .. save.Generated], isAsync).ConfigureAwait(false);
    }

    /// <summary>Writes rows of changes that are saved already. If that fails, the transaction must not commit: it would without these evictions.</summary>
    private async ValueTask<List<OutboxRow>> WriteOrRollBackAsync(ChangedTags tags, bool isAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(Transaction, tags.Generated(), isAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (Context.Database.CurrentTransaction is not { } transaction)
                Ambient().Rollback(e);
            else if (isAsync)
                await transaction.RollbackAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // one that cannot roll back cannot commit
            else
                RollBack(transaction);
            throw;
        }
    }

    private static void RollBack(IDbContextTransaction transaction)
    {
        try
        {
            transaction.Rollback();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or ObjectDisposedException)
        {
            // One that cannot roll back cannot commit.
        }
    }

    private async ValueTask EvictBeforeAsync(IReadOnlyCollection<OutboxRow> rows, bool isAsync)
    {
        var evicting = Outbox.Delivery.BeforeCommitAsync(rows);
        if (isAsync)
            await evicting.ConfigureAwait(false);
        else
            evicting.GetAwaiter().GetResult();
    }
}
