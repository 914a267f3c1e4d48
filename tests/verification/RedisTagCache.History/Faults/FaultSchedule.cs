using System.Diagnostics;
using RedisTagCache.History.Checking;

namespace RedisTagCache.History.Faults;

/// <summary>One fault after the other, each once at least, with a time between them in which the fleet is to be well.</summary>
internal static class FaultSchedule
{
    public static async Task RunAsync(
        IReadOnlyList<FaultPlan> plans, IReadOnlyList<WorkerProcess> workers, List<Fault> faults, HistoryOptions options, Stopwatch started, Action<Fault> say)
    {
        for (var i = 0; i < plans.Count || (plans.Count > 0 && started.Elapsed + (2 * options.Settle) < options.Duration); i++)
        {
            var plan = plans[i % plans.Count];
            var from = Stopwatch.GetTimestamp();
            var injected = await plan.InjectAsync();
            var victim = plan.Victim is { } place ? workers[place].Worker : (Recording.WorkerId?)null;
            faults.Add(new Fault(plan.Name, from, Stopwatch.GetTimestamp(), injected.Evidence, plan.Leases, victim, injected.Rollback));
            say(faults[^1]);
            await Task.Delay(options.Settle);
        }

        var left = options.Duration - started.Elapsed;
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
