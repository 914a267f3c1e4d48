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
    private string? _bulk;
    private bool _hasQueued;

    private DbContext Context => current.Context;

    private OutboxOptionsExtension Extension => options.FindExtension<OutboxOptionsExtension>()!;

    /// <summary>Gets the outbox of the cache.</summary>
    private TagCacheOutbox Outbox => _outbox ??= TryFindOutbox() ?? throw NoOutbox();

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
        var transaction = Transaction;
        foreach (var tag in TagList.Valid(tags))
            _queued.Add(new QueuedTag(transaction, action, tag));
        _hasQueued = true;
        _bulk = null;
    }

    /// <summary>Adds the rows of the changes to the context, so that they are saved together.</summary>
    public void BeginSave()
    {
        EndSave(isSaved: false);
        var tags = ChangedTags.Of(Context);
        var queued = Relevant(Transaction);
        if (tags.Known.Count == 0 && !tags.HasGenerated && queued.Count == 0)
            return;
        _ = Outbox; // a missing registration is told before anything is changed
        var isOwn = Transaction is null && !IsAmbient;
        var behavior = Context.Database.AutoTransactionBehavior;
        _save = new PendingSave
        {
            Tags = tags,
            Queued = queued.Count,
            IsOwnTransaction = isOwn,
            Behavior = behavior,
            Entries = [.. EntitiesOf(tags.Known.Concat(queued.Select(static tag => (tag.Action, tag.Tag))))],
        };

        // No interceptor is told that a save has failed because of a concurrent change.
        Context.SaveChangesFailed += OnFailed;

        // Without a transaction, a change could be saved and its eviction lost.
        if (isOwn)
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
        var rows = save.Rows();
        if (rows.Count < save.Entries.Count)
        {
            // Another interceptor has replaced the call, so nothing was saved.
            EndSave(isSaved: false);
            return result;
        }

        EndSave(isSaved: true);
        if (save.IsOwnTransaction)
        {
            await DeliverAsync([.. rows, .. save.Generated], mustCheck: false, isAsync).ConfigureAwait(false);
            return result - save.Entries.Count;
        }

        if (save.Tags.HasGenerated)
            rows.AddRange(await WriteOrRollBackAsync(save.Tags, isAsync, cancellationToken).ConfigureAwait(false));
        if (Transaction is { } transaction)
            Outbox.Evictions(transaction).Add(rows);
        else
            AmbientEvictions.Of(Outbox, Ambient()).Add(rows);
        return result - save.Entries.Count;
    }

    public void ResetState()
    {
        _save = null;
        Context.SaveChangesFailed -= OnFailed;
        Dispose();
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
        if (_queued.Count > 0)
            Warnings()?.QueuedWithoutCommit();
        _queued.Clear();
    }

    private void OnFailed(object? sender, SaveChangesFailedEventArgs e) => FailSave();

    private System.Transactions.Transaction Ambient() => Enlisted ?? System.Transactions.Transaction.Current!;

    private List<QueuedTag> Relevant(DbTransaction? transaction)
    {
        // What was queued for another transaction belongs to one that was never committed.
        _queued.RemoveAll(tag => tag.Transaction is not null && tag.Transaction != transaction);
        return _queued;
    }

    private IEnumerable<EntityEntry<OutboxEntity>> EntitiesOf(IEnumerable<(OutboxAction Action, string Tag)> tags)
    {
        var cache = CacheNames.Shown(Extension.CacheName);
        foreach (var group in tags.GroupBy(static tag => tag.Action))
        {
            foreach (var packed in TagList.Pack(group.Select(static tag => tag.Tag)))
                yield return Context.Add(new OutboxEntity { Cache = cache, Action = (long)group.Key, Tags = packed });
        }
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
        if (!isSaved)
            return;
        _queued.RemoveRange(0, Math.Min(save.Queued, _queued.Count));
        if (save.IsOwnTransaction)
            _hasQueued = false;
    }

    private async ValueTask<List<OutboxRow>> WriteAsync(DbTransaction? transaction, IEnumerable<(OutboxAction Action, string Tag)> tags, bool isAsync, CancellationToken cancellationToken)
    {
        var rows = new List<OutboxRow>();
        foreach (var group in tags.GroupBy(static tag => tag.Action))
        {
            var names = group.Select(static tag => tag.Tag);
            if (isAsync)
            {
                await Context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    rows.AddRange(await Outbox.Writer.WriteAsync(Context.Database.GetDbConnection(), transaction, Table, group.Key, names, cancellationToken).ConfigureAwait(false));
                }
                finally
                {
                    await Context.Database.CloseConnectionAsync().ConfigureAwait(false);
                }
            }
            else
            {
                Context.Database.OpenConnection();
                try
                {
                    rows.AddRange(Outbox.Writer.Write(Context.Database.GetDbConnection(), transaction, Table, group.Key, names));
                }
                finally
                {
                    Context.Database.CloseConnection();
                }
            }
        }

        return rows;
    }

    private async ValueTask DeliverAsync(IReadOnlyCollection<OutboxRow> rows, bool mustCheck, bool isAsync)
    {
        var delivering = Outbox.Delivery.AfterCommitAsync(rows, mustCheck);
        if (isAsync)
            await delivering.ConfigureAwait(false);
        else
            delivering.GetAwaiter().GetResult();
    }

    /// <summary>Returns the outbox, if the application has registered it.</summary>
    private TagCacheOutbox? TryFindOutbox() => Extension.CacheName is { Length: > 0 } name ? Services?.GetKeyedService<TagCacheOutbox>(name) : Services?.GetService<TagCacheOutbox>();

    private InvalidOperationException NoOutbox()
    {
        var context = Context.GetType().Name;
        var name = Extension.CacheName;
        return new InvalidOperationException(Services is null
            ? $"The options of {context} have no application services, which have the outbox. Register the context with AddDbContext, or call UseApplicationServiceProvider in its options."
            : $"The application has no outbox for the cache '{CacheNames.Shown(name)}'. Call services.AddRedisTagCacheOutbox<{context}>({(name.Length > 0 ? $"cacheName: \"{name}\"" : "")}).");
    }

    private ContextWarnings? Warnings() =>
        (_outbox ?? TryFindOutbox()) is { } outbox && Services?.GetService<ILoggerFactory>() is { } loggers ? ContextWarnings.Of(outbox, loggers) : null;
}
