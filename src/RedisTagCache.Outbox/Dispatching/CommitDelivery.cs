using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Outbox.Diagnostics;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>
/// Evicts at once what a transaction has committed. Nothing here throws: what fails is left to the background service. Confirmed rows are deleted in the background, so that the caller does not wait for another transaction.
/// </summary>
/// <param name="evictor">Evicts.</param>
/// <param name="table">The table.</param>
/// <param name="confirmed">Takes the rows that were evicted.</param>
/// <param name="meter">Counts.</param>
/// <param name="time">The clock of timeouts.</param>
/// <param name="logger">Logs.</param>
internal sealed class CommitDelivery(OutboxEvictor evictor, OutboxTable table, ConfirmedRows confirmed, OutboxMeter meter, TimeProvider time, ILogger<CommitDelivery> logger)
{
    private readonly LogThrottle _failures = new(time);

    /// <summary>Evicts before a commit, without counting on it.</summary>
    public Task BeforeCommitAsync(IReadOnlyCollection<OutboxRow> rows) => evictor.IsEnabled ? EvictAsync(rows, isCommitted: false) : Task.CompletedTask;

    /// <summary>Evicts after a commit. Ends after the operation timeout at the latest, and goes on in the background.</summary>
    /// <param name="rows">The rows of the transaction.</param>
    /// <param name="mustCheck">Whether some may have been rolled back.</param>
    public async Task AfterCommitAsync(IReadOnlyCollection<OutboxRow> rows, bool mustCheck)
    {
        if (rows.Count == 0 || !evictor.IsEnabled)
            return;
        try
        {
            await DeliverAsync(rows, mustCheck).WaitAsync(evictor.Timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            Report(e, rows.Count);
        }
    }

    private async Task DeliverAsync(IReadOnlyCollection<OutboxRow> rows, bool mustCheck)
    {
        if (mustCheck)
        {
            try
            {
                var existing = await table.ExistingAsync([.. rows.Select(static row => row.Id)], CancellationToken.None).ConfigureAwait(false);
                rows = [.. rows.Where(row => existing.Contains(row.Id))];
            }
#pragma warning disable CA1031 // The data is committed, and the background service does the rest.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Report(e, rows.Count);
                return;
            }
        }

        await EvictAsync(rows, isCommitted: true).ConfigureAwait(false);
    }

    /// <summary>Evicts and expires at the same time, so that the caller waits for one operation.</summary>
    private Task EvictAsync(IReadOnlyCollection<OutboxRow> rows, bool isCommitted) => Task.WhenAll(rows.GroupBy(static row => row.Action).Select(group => EvictAsync(group, isCommitted)));

    private async Task EvictAsync(IGrouping<OutboxAction, OutboxRow> group, bool isCommitted)
    {
        try
        {
            await evictor.EvictAsync(group.Key, group).ConfigureAwait(false);
            if (!isCommitted)
                return;
            confirmed.Add(group.Select(static row => row.Id));
            BackgroundFault.Ignore(() => meter.Dispatched(group.Count(), OutboxOrigin.Commit));
        }
#pragma warning disable CA1031 // The same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Report(e, group.Count());
        }
    }

    private void Report(Exception exception, int rows) => BackgroundFault.Ignore(() =>
    {
        meter.Failed(rows, OutboxOrigin.Commit);
        if (!_failures.ShouldLog(out var count))
            return;
        OutboxLog.CommitEvictionFailed(logger, count);
        OutboxLog.FailureDetail(logger, exception);
    });
}
