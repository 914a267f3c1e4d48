using System.Diagnostics;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Faults;
using RedisTagCache.History.Recording;
using RedisTagCache.History.Reporting;
using RedisTagCache.History.Work;

namespace RedisTagCache.History;

/// <summary>The whole run: two servers, workers, faults one after the other, the check and the report.</summary>
internal static class HistoryRun
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(4);

    public static async Task<HistoryResult> RunAsync(HistoryOptions options, Action<string> say)
    {
        var shared = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(shared, $"history-{Guid.NewGuid():N}")).FullName;
        try
        {
            await using var redis = await RedisPair.StartAsync();
            await using var first = new Proxies(redis.Primary, redis.Replica);
            await using var second = new Proxies(redis.Primary, redis.Replica);
            var direct = $"{redis.Primary.ConnectionString},{redis.Replica.ConnectionString}";
            using (new Database(Path.Combine(folder, WorkerProgram.DatabaseFile)))
            {
                // The file is there before the first worker opens it.
            }

            // The last two workers are behind proxies; the very last one returns its copies while it is disconnected.
            var workers = Enumerable.Range(0, options.Workers)
                .Select(i => new WorkerProcess(new WorkerOptions(
                    folder,
                    i == options.Workers - 1 ? second.ConnectionString : i == options.Workers - 2 ? first.ConnectionString : direct,
                    new WorkerId(i, 0),
                    options.Rate,
                    options.Edits,
                    i == options.Workers - 1,
                    options.Broken)))
                .ToArray();
            var strangers = 0;
            WorkerProcess NewStranger() => new(new WorkerOptions(folder, direct, new WorkerId(options.Workers, strangers++), options.Rate / 2, 0, false, options.Broken));

            var zero = Stopwatch.GetTimestamp();
            var started = Stopwatch.StartNew();
            IReadOnlyList<FaultPlan> plans = options.HasFaults ? new FaultPlans(redis, workers, [first, second], NewStranger).All().Where(p => p.Name.Contains(options.Faults, StringComparison.Ordinal)).ToArray() : [];
            List<Fault> faults = [];
            try
            {
                await Task.WhenAll(workers.Select(worker => worker.StartAsync()));
                await Task.Delay(_warmUp);
                await FaultSchedule.RunAsync(plans, workers, faults, options, started, fault => say($"{started.Elapsed:mm\\:ss} {fault.Name}: {fault.Evidence}"));
                await Task.WhenAll(workers.Select(worker => worker.EndAsync()));
            }
            finally
            {
                foreach (var worker in workers)
                    await worker.DisposeAsync();
            }

            say($"{started.Elapsed:mm\\:ss} checking");
            var circumstances = new Circumstances(faults, workers.SelectMany(w => w.Deaths).ToDictionary(), new HashSet<int> { options.Workers - 1 });
            var histories = HistoryFile.In(folder);
            var verdicts = Checker.Check(histories, circumstances, zero);
            return new HistoryResult(verdicts, faults, [.. plans.Select(p => p.Name)], new Report(options, redis.Version, started.Elapsed, histories.Count, verdicts, faults, plans).Write());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
