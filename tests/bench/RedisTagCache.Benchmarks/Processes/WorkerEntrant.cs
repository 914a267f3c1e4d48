using System.Diagnostics;
using System.Globalization;

namespace RedisTagCache.Benchmarks.Processes;

/// <summary>A contender that is used by several processes. The callers of the race are these processes, each with callers of its own.</summary>
internal sealed class WorkerEntrant(Lab lab, string contender, bool isGet, int processes, int callers) : Operation
{
    private readonly ChildProcess[] _workers = new ChildProcess[processes];

    public Entrant ToEntrant() => new(contender, this, PrepareAsync) { StateAsync = StateAsync };

    public override Task RunAsync(int key) => throw new NotSupportedException();

    public override async Task LoopAsync(Caller caller)
    {
        var ticks = caller.End - Stopwatch.GetTimestamp();
        var answer = await _workers[caller.Index].AskAsync(ticks.ToString(CultureInfo.InvariantCulture));
        caller.AddAll(LatencyHistogram.Parse(answer));
    }

    private async Task<ProcessState> StateAsync()
    {
        var states = await Task.WhenAll(_workers.Select(static worker => worker.AskAsync(Worker.State)));
        return states.Select(ProcessState.Parse).Aggregate(static (one, other) => one + other);
    }

    private async Task PrepareAsync()
    {
        for (var i = 0; i < processes; i++)
        {
            _workers[i] = lab.Own(ChildProcess.Start("work", lab.ConnectionString, contender, isGet ? "get" : "set", callers.ToString(CultureInfo.InvariantCulture), FormattableString.Invariant($"process-{i}")));
            await _workers[i].ReadAsync();
        }
    }
}
