using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>What happens with the transactions of a context.</summary>
internal sealed partial class ContextOutbox
{
    /// <summary>Gets whether a transaction is that of SaveChanges. Its first command is one of SaveChanges, so before that, it may be one that the application began after another interceptor had ended the call.</summary>
    private bool IsSaving => _save is { IsOwnTransaction: true, IsWriting: true };

    /// <summary>SaveChanges writes the changes, and with them what was requested. Until then, another context that commits the transaction has to write it.</summary>
    public void BeginWriting()
    {
        if (_save is not { IsWriting: false } save)
            return;
        save.IsWriting = true;
        if (save.Transaction is DbTransaction transaction)
            TransactionQueue.Find(transaction)?.Remove(save.Requested);
    }

    /// <summary>Forgets what the object of a transaction was used for before: providers may use it again. What the transaction before was to evict, and did not commit, is evicted with this one.</summary>
    public void Begin(DbTransaction transaction)
    {
        if (IsSaving)
            return;
        TryGetOutbox()?.Take(transaction);
        TransactionQueue.Forget(transaction);
        Use();
    }

    /// <summary>The context takes part in a transaction. How one before has ended, it was not told.</summary>
    public void Use()
    {
        foreach (var tag in _queued)
        {
            if (tag is { WrittenIn: TransactionQueue, IsCommitted: false })
                tag.Doubt();
        }

        _requestedIn = null;
    }

    /// <summary>Adds the rows that are still missing, just before a commit.</summary>
    public async ValueTask BeforeCommitAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        if (IsSaving)
        {
            await WriteGeneratedAsync(transaction, isAsync, cancellationToken).ConfigureAwait(false);
            return;
        }

        EndUnwritten(transaction);
        if (_bulk is { } entity)
            Warnings()?.BulkWithoutEviction(entity);
        _bulk = null;
        await FlushAsync(transaction, isAsync, cancellationToken).ConfigureAwait(false);
        var outboxes = OutboxesOf(transaction).Where(static outbox => outbox.Options.EvictBeforeCommit);
        await ContextRows.WaitForAllAsync(outboxes.Select(outbox => outbox.Delivery.BeforeCommitAsync(outbox.Evictions(transaction).Rows)), isAsync).ConfigureAwait(false);
    }

    /// <summary>Evicts after a commit, also what other contexts and caches have in the transaction.</summary>
    public async ValueTask AfterCommitAsync(DbTransaction transaction, bool isAsync)
    {
        if (IsSaving)
            return; // SavedChanges follows
        _hasQueued = false;
        _requestedIn = null;
        await ContextRows.WaitForAllAsync(OutboxesOf(transaction).Select(Deliver), isAsync).ConfigureAwait(false);
        TransactionQueue.Complete(transaction);
        _queued.RemoveAll(static tag => tag.IsCommitted);

        Task Deliver(TagCacheOutbox outbox)
        {
            var evictions = outbox.Take(transaction);
            return outbox.Delivery.AfterCommitAsync(evictions.Rows, evictions.MustCheck);
        }
    }

    /// <summary>Forgets the evictions of a transaction that was rolled back. What was requested before it began is evicted with the next one.</summary>
    public void Forget(DbTransaction transaction)
    {
        _outbox?.Take(transaction);
        if (IsSaving)
            return;
        EndUnwritten(transaction);
        TransactionQueue.Forget(transaction);
        _requestedIn = null;
        _bulk = null;
        _hasQueued = false;
    }

    /// <summary>Keeps the evictions of a transaction that may not have committed, for another try. If it has, its rows are in the table.</summary>
    public void FailCommit(DbTransaction transaction)
    {
        if (IsSaving)
        {
            _outbox?.Take(transaction);
            return;
        }

        foreach (var outbox in OutboxesOf(transaction))
            outbox.Evictions(transaction).Doubt();
    }

    /// <summary>Writes queued evictions before a savepoint, so that what is queued later goes with it.</summary>
    public ValueTask BeforeSavepointAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken) =>
        _save is null ? FlushAsync(transaction, isAsync, cancellationToken) : default;

    /// <summary>Drops what was requested since the savepoint. Which rows are left, only the table knows.</summary>
    public void RolledBackToSavepoint(DbTransaction transaction)
    {
        foreach (var outbox in OutboxesOf(transaction))
            outbox.Evictions(transaction).Doubt();
        if (_save is { IsWriting: true })
            return;
        if (TransactionQueue.Find(transaction) is not { } queue)
            return;
        if (_save is null)
            queue.Take(); // if not, the savepoint may be that of SaveChanges, so all of it is from before
        queue.RestoreWritten();
    }

    /// <summary>Takes note that rows were changed without the tracker.</summary>
    public void Changed(string sql)
    {
        if (_hasQueued || _queued.Exists(static tag => tag.WrittenIn is null) || MappedTableIn(sql) is not { } entity)
            return;
        if (Transaction is null && !IsAmbient)
            Warnings()?.BulkWithoutEviction(entity);
        else
            _bulk = entity;
    }

    /// <summary>
    /// Ends a call of SaveChanges that another interceptor has ended by an exception, because its transaction ends. A call without a transaction may go on: another interceptor may use a transaction before it
    /// writes. If it does not, the next call ends it.
    /// </summary>
    private void EndUnwritten(DbTransaction transaction)
    {
        if (_save is { IsWriting: false } save && transaction.Equals(save.Transaction))
            EndSave(isSaved: false);
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

    /// <summary>Returns the outboxes that may have rows in a transaction.</summary>
    private TagCacheOutbox[] OutboxesOf(DbTransaction transaction)
    {
        var outboxes = TransactionQueue.Find(transaction)?.Outboxes ?? [];
        return TryGetOutbox() is { } own && !outboxes.Contains(own) ? [own, .. outboxes] : outboxes;
    }

    private async ValueTask FlushAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        var queued = WithoutRow(TransactionQueue.Find(transaction));
        if (queued.Count > 0)
        {
            Written(Outbox, transaction, await WriteAsync(transaction, [.. queued.Select(static tag => (tag.Action, tag.Tag))], isAsync, cancellationToken).ConfigureAwait(false));
            Note(queued, TransactionQueue.Of(transaction));
        }

        var requested = TransactionQueue.Find(transaction)?.Take() ?? [];
        try
        {
            foreach (var group in requested.GroupBy(static tag => (tag.Outbox, tag.Table)))
            {
                var (outbox, table) = group.Key;
                Written(outbox, transaction, await ContextRows.WriteAsync(Context.Database, outbox, table, transaction, [.. group.Select(static tag => (tag.Action, tag.Tag))], isAsync, cancellationToken).ConfigureAwait(false));
            }
        }
        catch
        {
            TransactionQueue.Of(transaction).Add(requested); // for another try of the commit
            throw;
        }
    }

    /// <summary>Notes that tags have rows. While a call of SaveChanges may go on, it has them too, and its rows count.</summary>
    private void Note(List<QueuedTag> queued, TransactionQueue transaction)
    {
        if (_save is null)
        {
            transaction.AddWritten(queued);
            return;
        }

        foreach (var tag in queued)
            tag.WrittenIn = transaction;
    }

    /// <summary>The changes are saved and not committed, so the values that the database has generated are known.</summary>
    private async ValueTask WriteGeneratedAsync(DbTransaction transaction, bool isAsync, CancellationToken cancellationToken)
    {
        var save = _save!;
        save.Generated.Clear(); // of a try before, which was rolled back
        if (save.Tags.HasGenerated)
            save.Generated.AddRange(await WriteAsync(transaction, save.Tags.Generated(), isAsync, cancellationToken).ConfigureAwait(false));
        if (Outbox.Options.EvictBeforeCommit)
            await ContextRows.EvictBeforeAsync(Outbox, [.. save.Rows(), .. save.Generated], isAsync).ConfigureAwait(false);
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
}
