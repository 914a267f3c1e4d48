using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Outbox.Diagnostics;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>
/// Evicts, in the background, the rows that were left over: their process ended, or Redis did not confirm them. All instances share the work. Rows are deleted only after Redis has confirmed their eviction.
/// </summary>
internal sealed class OutboxDispatcher : BackgroundService
{
    /// <summary>Between two full batches, so that a backlog does not take Redis and the database for itself.</summary>
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _statusInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _cleanUpInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _faultPause = TimeSpan.FromMinutes(1);

    private readonly OutboxTable _table;
    private readonly OutboxEvictor _evictor;
    private readonly ConfirmedRows _confirmed;
    private readonly RedisTagCacheOutboxOptions _options;
    private readonly OutboxMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxDispatcher> _logger;
    private readonly LogThrottle _failedSteps;
    private readonly LogThrottle _failedEvictions;
    private readonly LogThrottle _setAside;
    private long _statusAt;
    private long _cleanedUpAt;

    public OutboxDispatcher(
        OutboxTable table, OutboxEvictor evictor, ConfirmedRows confirmed, RedisTagCacheOutboxOptions options, OutboxMeter meter, TimeProvider time, ILogger<OutboxDispatcher> logger)
    {
        _table = table;
        _evictor = evictor;
        _confirmed = confirmed;
        _options = options;
        _meter = meter;
        _time = time;
        _logger = logger;
        _failedSteps = new LogThrottle(time);
        _failedEvictions = new LogThrottle(time);
        _setAside = new LogThrottle(time);
    }

    /// <summary>Gets how long rows that an instance took are left alone. If it takes longer, another instance evicts them too, which does no harm.</summary>
    private TimeSpan Lease => 2 * _evictor.Timeout;

    /// <summary>Stops, and deletes the rows that were confirmed.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await RunStepAsync(FlushAsync, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var hasMore = await RunStepAsync(StepAsync, stoppingToken).ConfigureAwait(false);
            await _confirmed.WaitAsync(hasMore ? _pace : _options.PollInterval, _time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a step. The database may fail as well, and the loop continues.</summary>
    private async Task<bool> RunStepAsync(Func<CancellationToken, Task<bool>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Nothing may end the loop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Ignore(() =>
            {
                if (!_failedSteps.ShouldLog(out var count))
                    return;
                OutboxLog.DatabaseFailed(_logger, count);
                OutboxLog.FailureDetail(_logger, e);
            });
            return false;
        }
    }

    /// <summary>Does what is to be done. Returns whether there may be more at once.</summary>
    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var claimed = _evictor.IsEnabled ? await _table.ClaimAsync(_options.BatchSize, Lease, cancellationToken).ConfigureAwait(false) : [];
        var isDone = claimed.Count > 0 && await DispatchAsync(claimed, cancellationToken).ConfigureAwait(false);
        if (IsTime(ref _statusAt, _statusInterval))
            _meter.Show(await _table.StatusAsync(cancellationToken).ConfigureAwait(false));
        if (IsTime(ref _cleanedUpAt, _cleanUpInterval))
            await _table.CleanUpAsync(_options.SetAsideRetention, cancellationToken).ConfigureAwait(false);
        return isDone && claimed.Count == _options.BatchSize;
    }

    /// <summary>Deletes the rows that were evicted right after their commit. If that fails, they are evicted again.</summary>
    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var ids = _confirmed.Take();
        if (ids.Count > 0)
            await EndAsync(ids, isRepeat: false, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private Task EndAsync(IEnumerable<long> ids, bool isRepeat, CancellationToken cancellationToken) =>
        _options.RepeatAfter is { } delay && !isRepeat ? _table.RepeatAsync(ids, delay, cancellationToken) : _table.DeleteAsync(ids, cancellationToken);

    /// <summary>Evicts rows. Returns whether Redis confirmed all of them that can be evicted.</summary>
    private async Task<bool> DispatchAsync(List<ClaimedRow> claimed, CancellationToken cancellationToken)
    {
        var isDone = true;
        foreach (var group in claimed.GroupBy(static row => (row.Row.Action, row.IsRepeat)))
        {
            ClaimedRow[] rows = [.. group];
            try
            {
                await _evictor.EvictAsync(group.Key.Action, rows.Select(static row => row.Row)).ConfigureAwait(false);
                await ConfirmAsync(rows, group.Key.IsRepeat, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (OutboxEvictor.IsOutage(e))
            {
                isDone = false;
                await ReleaseAsync(rows, _options.PollInterval, e, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException and not System.Data.Common.DbException)
            {
                foreach (var row in rows)
                    isDone &= await DispatchAloneAsync(row, cancellationToken).ConfigureAwait(false);
            }
        }

        return isDone;
    }

    /// <summary>Evicts one row, so that it does not hold up others. Returns whether that is settled.</summary>
    private async Task<bool> DispatchAloneAsync(ClaimedRow claimed, CancellationToken cancellationToken)
    {
        try
        {
            if (await _evictor.EvictOneByOneAsync(claimed.Row).ConfigureAwait(false) is not { } rejection)
            {
                await ConfirmAsync([claimed], claimed.IsRepeat, cancellationToken).ConfigureAwait(false);
                return true;
            }

            await _table.SetAsideAsync(claimed.Row.Id, Shortened($"{rejection.GetType().Name}: {rejection.Message}"), cancellationToken).ConfigureAwait(false);
            _statusAt = 0;
            if (_setAside.ShouldLog(out var count))
                OutboxLog.RowSetAside(_logger, rejection, claimed.Row.Id, count);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException and not System.Data.Common.DbException)
        {
            await ReleaseAsync([claimed], OutboxEvictor.IsOutage(e) ? _options.PollInterval : _faultPause, e, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private async Task ConfirmAsync(ClaimedRow[] rows, bool isRepeat, CancellationToken cancellationToken)
    {
        await EndAsync(rows.Select(static row => row.Row.Id), isRepeat, cancellationToken).ConfigureAwait(false);
        BackgroundFault.Ignore(() => _meter.Dispatched(rows.Length, OutboxOrigin.Dispatcher));
    }

    private async Task ReleaseAsync(ClaimedRow[] rows, TimeSpan pause, Exception cause, CancellationToken cancellationToken)
    {
        BackgroundFault.Ignore(() =>
        {
            _meter.Failed(rows.Length, OutboxOrigin.Dispatcher);
            if (!_failedEvictions.ShouldLog(out var count))
                return;
            OutboxLog.DispatchFailed(_logger, count);
            OutboxLog.FailureDetail(_logger, cause);
        });
        await _table.ReleaseAsync(rows.Select(static row => row.Row.Id), pause, cancellationToken).ConfigureAwait(false);
    }

    private bool IsTime(ref long last, TimeSpan interval)
    {
        var now = _time.GetTimestamp();
        if (last != 0 && _time.GetElapsedTime(last, now) < interval)
            return false;
        last = now;
        return true;
    }

    private static string Shortened(string text) => text.Length <= 500 ? text : text[..500];
}
