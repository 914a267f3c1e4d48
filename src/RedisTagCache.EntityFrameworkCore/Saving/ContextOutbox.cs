using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.EntityFrameworkCore.Diagnostics;
using RedisTagCache.EntityFrameworkCore.Mapping;
using RedisTagCache.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>
/// The evictions of one context. Rows of tags that are known are saved together with the changes. Those of generated values follow in the same transaction:
/// <code>
/// SaveChanges without a transaction:  SavingChanges  [begin, changes and rows, rows of generated values, commit]  SavedChanges: evict
/// SaveChanges in a transaction:       SavingChanges  [changes and rows]  SavedChanges: rows of generated values   ...   Commit: queued rows, commit, evict
/// </code>
/// </summary>
internal sealed partial class ContextOutbox(ICurrentDbContext current, IDbContextOptions options) : IResettableService, IDisposable
{
    private readonly List<QueuedTag> _queued = [];
    private TagCacheOutbox? _outbox;
    private TableName? _table;
    private PendingSave? _save;
    private HashSet<object> _saved = new(ReferenceEqualityComparer.Instance);
    private ContextWarnings? _warnings;
    private DbTransaction? _requestedIn;
    private string? _bulk;
    private bool _hasQueued;

    private DbContext Context => current.Context;

    private OutboxOptionsExtension Extension => options.FindExtension<OutboxOptionsExtension>()!;

    /// <summary>Gets the outbox of the cache.</summary>
    private TagCacheOutbox Outbox => TryGetOutbox() ?? throw NoOutbox();

    /// <summary>Gets the table as the model has it, which may have a default schema, or a name of its own.</summary>
    private TableName Table => _table ??= OutboxModel.TableOf(Context) ?? Extension.Table;

    private IServiceProvider? Services => options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider;

    private DbTransaction? Transaction => Context.Database.CurrentTransaction?.GetDbTransaction();

    private System.Transactions.Transaction? Enlisted => System.Transactions.TransactionsDatabaseFacadeExtensions.GetEnlistedTransaction(Context.Database);

    private bool IsAmbient => System.Transactions.Transaction.Current is not null || Enlisted is not null;

    /// <summary>Evicts tags with the next commit.</summary>
    public void Queue(OutboxAction action, IEnumerable<string?> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var valid = TagList.Valid(tags);
        var outbox = Outbox;
        if (Transaction is { } transaction)
        {
            TransactionQueue.Of(transaction).Add(valid.Select(tag => new RequestedTag(outbox, Table, action, tag)));
            _requestedIn = transaction;
        }
        else
        {
            _queued.AddRange(valid.Select(tag => new QueuedTag(action, tag)));
        }

        _warnings = Warnings(); // at the end of a scope, its services are gone
        _hasQueued = true;
        _bulk = null;
    }

    /// <summary>Adds the rows of the changes to the context, so that they are saved together.</summary>
    public void BeginSave()
    {
        EndSave(isSaved: false);
        var tags = ChangedTags.Of(Context, _saved);
        var transaction = Transaction;
        var into = transaction ?? (object?)TryFindAmbient();
        var shared = transaction is null ? null : TransactionQueue.Find(transaction);
        var queued = WithoutRow(transaction is null ? into : shared);
        var requested = shared is not null && TryGetOutbox() is { } outbox ? shared.Of(outbox, Table) : [];
        if (tags.Known.Count == 0 && !tags.HasGenerated && queued.Count == 0 && requested.Count == 0)
            return;
        _ = Outbox; // a missing registration is told before anything is changed
        var entries = Add([
            .. tags.Known,
            .. queued.Select(static tag => (tag.Action, tag.Tag)),
            .. requested.Select(static tag => (tag.Action, tag.Tag))]);
        _save = new PendingSave
        {
            Tags = tags,
            Queued = queued,
            Requested = requested,
            Transaction = into,
            IsOwnTransaction = into is null,
            Behavior = Context.Database.AutoTransactionBehavior,
            Entries = entries,
        };

        // No interceptor is told that a save has failed because of a concurrent change.
        Context.SaveChangesFailed += OnFailed;

        // Without a transaction, a change could be saved and its eviction lost.
        if (into is null)
            Context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    /// <summary>Ends a call of SaveChanges that failed. The queued evictions are kept for the next one.</summary>
    public void FailSave() => EndSave(isSaved: false);

    /// <summary>Ends a call of SaveChanges, and evicts if it has committed.</summary>
    /// <returns>The number of changes, without the rows of the outbox.</returns>
    public async ValueTask<int> CompleteSaveAsync(int result, bool isAsync, CancellationToken cancellationToken)
    {
        if (_save is not { } save)
            return result;
        if (!save.IsWriting)
        {
            // Another interceptor has replaced the call, so nothing was saved.
            EndSave(isSaved: false);
            return result;
        }

        EndSave(isSaved: true);
        var rows = save.Rows();
        if (save.IsOwnTransaction)
        {
            await ContextRows.DeliverAsync(Outbox, [.. rows, .. save.Generated], mustCheck: false, isAsync).ConfigureAwait(false);
            return result - save.Entries.Count;
        }

        if (save.Tags.HasGenerated)
            rows.AddRange(await WriteOrRollBackAsync(save.Tags, isAsync, cancellationToken).ConfigureAwait(false));
        if (Transaction is { } transaction)
        {
            Written(Outbox, transaction, rows);
        }
        else
        {
            AmbientEvictions.Of(Outbox, Ambient()).Add(rows);
            AmbientEvictions.MarkWhenCommitted(Ambient(), save.Queued);
        }

        return result - save.Entries.Count;
    }

    public void ResetState()
    {
        _save = null;
        Context.SaveChangesFailed -= OnFailed;
        Dispose();
        _saved.Clear();
        _bulk = null;
        _hasQueued = false;
    }

    public Task ResetStateAsync(CancellationToken cancellationToken = default)
    {
        ResetState();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        var isLost = _queued.Exists(static tag => tag is { WrittenIn: null, IsCommitted: false }) || IsLost(_requestedIn);
        _queued.Clear();
        _requestedIn = null;
        if (isLost)
            _warnings?.QueuedWithoutCommit();
    }

    private void OnFailed(object? sender, SaveChangesFailedEventArgs e) => FailSave();

    private System.Transactions.Transaction Ambient() => TryFindAmbient()!;

    private System.Transactions.Transaction? TryFindAmbient() => Enlisted ?? System.Transactions.Transaction.Current;

    /// <summary>Returns whether a transaction has ended without the rows of what was requested in it.</summary>
    private bool IsLost(DbTransaction? transaction)
    {
        if (transaction is null || _outbox is null || TransactionQueue.Find(transaction)?.Of(_outbox, Table) is not { Count: > 0 })
            return false;
        try
        {
            _ = transaction.IsolationLevel; // of a transaction that has ended, Npgsql rejects only this
            return transaction.Connection is null; // if not, another context may commit
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Returns the tags that no row has. One that was written into another transaction, which was not committed by this context, gets a row again.</summary>
    private List<QueuedTag> WithoutRow(object? transaction)
    {
        _queued.RemoveAll(static tag => tag.IsCommitted);
        foreach (var tag in _queued)
        {
            if (tag.WrittenIn is { } written && !written.Equals(transaction))
                tag.Doubt();
        }

        return _queued.FindAll(static tag => tag is { WrittenIn: null, IsCommitted: false });
    }

    /// <summary>Adds rows to the context: all, or none if a tag is rejected.</summary>
    private EntityEntry<OutboxEntity>[] Add(IEnumerable<(OutboxAction Action, string Tag)> tags)
    {
        var cache = CacheNames.Shown(Extension.CacheName);
        OutboxEntity[] rows =
        [
            .. tags.GroupBy(static tag => tag.Action)
                .SelectMany(group => TagList.Pack(group.Select(static tag => tag.Tag)).Select(packed => new OutboxEntity { Cache = cache, Action = (long)group.Key, Tags = packed })),
        ];
        return [.. rows.Select(row => Context.Add(row))];
    }

    /// <summary>Removes the rows from the context again.</summary>
    private void EndSave(bool isSaved)
    {
        if (_save is not { } save)
            return;
        _save = null;
        Context.SaveChangesFailed -= OnFailed;
        foreach (var entry in save.Entries)
            entry.State = EntityState.Detached;
        if (save.IsOwnTransaction)
            Context.Database.AutoTransactionBehavior = save.Behavior;

        // If the changes are not accepted, they are saved again, and the database generates new values.
        _saved = save.Tags.GeneratedOf.Where(static entry => entry.State is EntityState.Added or EntityState.Modified).Select(static entry => entry.Entity).ToHashSet(ReferenceEqualityComparer.Instance);
        if (!isSaved)
        {
            if (save.IsWriting && save.Requested.Count > 0)
                TransactionQueue.Of((DbTransaction)save.Transaction!).Add(save.Requested);
            return;
        }

        if (save.Transaction is DbTransaction transaction)
        {
            TransactionQueue.Of(transaction).AddWritten(save.Queued);
            return;
        }

        foreach (var tag in save.Queued)
            (tag.WrittenIn, tag.IsCommitted) = (save.Transaction, save.IsOwnTransaction);
        if (!save.IsOwnTransaction)
            return;
        _queued.RemoveAll(static tag => tag.IsCommitted);
        _hasQueued = false;
    }

    /// <summary>Notes rows that were written into a transaction.</summary>
    private static void Written(TagCacheOutbox outbox, DbTransaction transaction, List<OutboxRow> rows)
    {
        outbox.Evictions(transaction).Add(rows);
        TransactionQueue.Of(transaction).Join(outbox);
    }

    private ValueTask<List<OutboxRow>> WriteAsync(DbTransaction? transaction, IEnumerable<(OutboxAction Action, string Tag)> tags, bool isAsync, CancellationToken cancellationToken) =>
        ContextRows.WriteAsync(Context.Database, Outbox, Table, transaction, tags, isAsync, cancellationToken);

    /// <summary>Returns the outbox, if the application has registered it.</summary>
    private TagCacheOutbox? TryGetOutbox() => _outbox ??= Extension.CacheName is { Length: > 0 } name ? Services?.GetKeyedService<TagCacheOutbox>(name) : Services?.GetService<TagCacheOutbox>();

    private InvalidOperationException NoOutbox()
    {
        var context = Context.GetType().Name;
        var name = Extension.CacheName;
        return new InvalidOperationException(Services is null
            ? $"The options of {context} have no application services, which have the outbox. Register the context with AddDbContext, or call UseApplicationServiceProvider in its options."
            : $"The application has no outbox for the cache '{CacheNames.Shown(name)}'. Call services.AddRedisTagCacheOutbox<{context}>({(name.Length > 0 ? $"cacheName: \"{name}\"" : "")}).");
    }

    private ContextWarnings? Warnings() =>
        TryGetOutbox() is { } outbox && Services?.GetService<ILoggerFactory>() is { } loggers ? ContextWarnings.Of(outbox, loggers) : null;
}
