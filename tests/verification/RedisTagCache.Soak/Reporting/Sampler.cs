using RedisTagCache.Soak.Faults;
using RedisTagCache.Soak.Load;
using RedisTagCache.Soak.Web;

namespace RedisTagCache.Soak.Reporting;

/// <summary>One row of values each time it is asked, in the order of <see cref="SampleTable.Columns"/>. Rates and latencies are those since the last row.</summary>
internal sealed class Sampler(SoakRedis redis, IReadOnlyList<WebInstance> instances, Tally tally, Timeline timeline)
{
    private int _faultsTold;

    public string Line => FormattableString.Invariant(
        $"{timeline.Elapsed:h\\:mm\\:ss} {tally.Requests.Value} requests, {tally.Failed.Value} failed, {tally.Excluded.Value} excluded, hit ratio {tally.HitRatio:P1}, {tally.EditsConfirmed.Value} edits, {tally.Checks.Value} checks, {tally.Violations.Value} violations, {timeline.Faults.Count} faults");

    public async Task<IReadOnlyList<double?>> TakeAsync()
    {
        var (memory, keys, marks) = await redis.SampleAsync();
        var (hits, stale, misses) = (tally.Hits.Take(), tally.Stale.Take(), tally.Misses.Take());
        var (pages, computed) = (tally.Pages.TakeRecent(), tally.Computed.TakeRecent());
        var faults = timeline.Faults.Count;
        List<double?> row =
        [
            timeline.Elapsed.TotalSeconds, faults - _faultsTold,
            tally.Requests.Take(), tally.Failed.Take(), tally.Excluded.Take(),
            hits + stale + misses > 0 ? (double)(hits + stale) / (hits + stale + misses) : null,
            pages.Percentile(0.5), pages.Percentile(0.99), pages.MaxMilliseconds,
            computed.Percentile(0.5), computed.Percentile(0.99), computed.MaxMilliseconds,
            tally.EditsConfirmed.Take(), tally.EditsUnconfirmed.Take(), tally.Checks.Take(), tally.Violations.Take(),
            memory, keys, marks
        ];
        foreach (var sample in instances.Select(i => i.Sample()))
            row.AddRange(SampleTable.OfProcess.Select(name => sample[name]));
        _faultsTold = faults;
        return row;
    }
}
