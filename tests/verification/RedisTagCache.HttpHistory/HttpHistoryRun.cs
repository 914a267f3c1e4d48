using System.Diagnostics;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Clients;
using RedisTagCache.HttpHistory.Evictions;
using RedisTagCache.HttpHistory.Faults;
using RedisTagCache.TestSupport;
using App = RedisTagCache.HttpHistory.Application.Application;

namespace RedisTagCache.HttpHistory;

/// <summary>The whole run: a server, one generated application after the other on two instances, their clients and evictions, and faults.</summary>
internal sealed class HttpHistoryRun
{
    private const int Instances = 2;
    private const int Others = 4;
    private const int LeastPerSecond = 500;

    private readonly HttpHistoryOptions _options;
    private readonly Action<string> _say;
    private readonly RedisServer _redis;
    private readonly Verdicts _verdicts;
    private readonly MemoryCheck _memory;
    private readonly long _zero = Stopwatch.GetTimestamp();

    private HttpHistoryRun(HttpHistoryOptions options, Action<string> say, RedisServer redis)
    {
        (_options, _say, _redis) = (options, say, redis);
        _verdicts = new Verdicts(options.Shown);
        _memory = new MemoryCheck(_verdicts);
    }

    public static async Task<HttpHistoryResult> RunAsync(HttpHistoryOptions options, Action<string> say)
    {
        // Clients, servers and Redis share few processors: nobody is to wait for the pool to grow.
        ThreadPool.SetMinThreads(4, 4);
        await using var redis = await RedisServer.StartAsync(FaultLoop.Arguments);
        return await new HttpHistoryRun(options, say, redis).RunAsync();
    }

    /// <summary>Whether it has lasted as long as it was to, and on a busy machine longer, until there was enough to check.</summary>
    private bool HasLasted => Stopwatch.GetElapsedTime(_zero) is var time && time >= _options.Duration
        && (_verdicts.Responses >= Math.Max(_options.Responses, LeastPerSecond * _options.Duration.TotalSeconds) || time >= 4 * _options.Duration);

    private bool IsOver => HasLasted || (_options.Planted != Planted.None && _verdicts.Violated(PlantedResult.PromiseOf(_options.Planted)) > 0);

    private async Task<HttpHistoryResult> RunAsync()
    {
        string version;
        await using (var connection = await _redis.ConnectAsync())
            version = connection.GetServers()[0].Version.ToString();
        await using var trouble = await Trouble.StartAsync(_redis.ConnectionString);
        var faults = new FaultLoop(_redis, trouble, _verdicts, _options.Settle, _say);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => _memory.RunAsync(stop.Token));
        var applications = 0;
        for (var seed = _options.Seed; !IsOver; seed++, applications++)
            await LiveAsync(AppPlan.Generate(seed), trouble, faults);
        await stop.CancelAsync();
        await watching;
        return new HttpHistoryResult(_options, version, Stopwatch.GetElapsedTime(_zero), applications, _verdicts, _memory);
    }

    private async Task LiveAsync(AppPlan plan, Trouble trouble, FaultLoop faults)
    {
        _say(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(_zero):mm\\:ss} seed {plan.Seed}: {plan}; {_verdicts.Responses} responses, {_verdicts.TotalViolated} violations, {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s of processor time"));
        var (content, variants, targets) = (new Content(plan.Resources), new Variants(), Target.All(plan));
        var instances = new App[Instances];
        trouble.BeginFault(); // connecting is none, and counts like one
        for (var i = 0; i < Instances; i++)
            instances[i] = await App.StartAsync(i, plan, _redis.ConnectionString, content, variants, _verdicts, _options.Planted);
        trouble.EndFault();
        using var stop = new CancellationTokenSource();
        try
        {
            var check = new ResponseCheck(plan, content, trouble, _verdicts, _zero);
            var burst = new Burst(targets, plan.Seed);
            List<Task> running = [];
            foreach (var instance in instances)
            {
                running.Add(Task.Run(() => new Evictor(instance, targets, content, _verdicts, burst, plan.Seed + instance.Index).RunAsync(stop.Token)));
                for (var i = 0; i < _options.Clients + Others; i++)
                    running.Add(RunClientAsync(i, new Client(new Asker(plan, targets, variants, burst, instance.Index, (plan.Seed * 1_000) + (instance.Index * 100) + i), instance.Port, check, _memory), stop.Token));
            }

            if (_options.Settle > TimeSpan.Zero)
                running.Add(faults.RunAsync(plan.Seed, stop.Token));
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < _options.Life && !IsOver)
                await Task.Delay(50);
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
        finally
        {
            foreach (var instance in instances)
                await instance.DisposeAsync();
        }

        await using var connection = await _redis.ConnectAsync();
        await connection.GetServers()[0].FlushAllDatabasesAsync();
    }

    private static async Task RunClientAsync(int index, Client client, CancellationToken stop)
    {
        await Task.Yield(); // off to the pool
        await (index switch
        {
            0 => client.ReadSlowlyAsync(stop),
            1 => client.ReadLargeAsync(stop),
            < Others => client.LeaveAsync(stop),
            _ => client.RunAsync(stop),
        });
    }
}
