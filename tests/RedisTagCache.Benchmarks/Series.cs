using System.Diagnostics;

namespace RedisTagCache.Benchmarks;

/// <summary>One workload on one contender, measured again and again.</summary>
internal sealed class Series(Workload workload, Contender contender, Lab lab)
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan _sample = TimeSpan.FromSeconds(0.15);

    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _processor = [];
    private readonly List<double> _bytes = [];
    private int _times = 100;
    private long _calls;
    private long _commands;

    public string Workload => workload.Name;

    public string Contender => contender.Name;

    public double Nanoseconds => At(_nanoseconds, 0.5);

    public double LowerQuartile => At(_nanoseconds, 0.25);

    public double UpperQuartile => At(_nanoseconds, 0.75);

    /// <summary>What all threads of this process have worked, in nanoseconds a call: hardly moved by what else the machine does.</summary>
    public double Processor => At(_processor, 0.5);

    public double Bytes => At(_bytes, 0.5);

    public double CommandsPerCall => (double)_commands / _calls;

    /// <summary>Runs until everything is compiled and cached, and finds how many calls make a sample.</summary>
    public async Task WarmUpAsync()
    {
        var total = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        while (total.Elapsed < _warmUp)
        {
            var watch = Stopwatch.StartNew();
            await workload.RunAsync(contender, _times);
            last = watch.Elapsed;
            if (last < _sample / 10)
                _times *= 2; // in small steps, as methods are compiled anew after some calls of their callers
        }

        _times = Math.Max(100, (int)(_times * (_sample / last)));
    }

    public async Task MeasureAsync()
    {
        GC.Collect();
        var (computed, commands) = (Payload.Computed, await lab.CommandsAsync());
        var bytes = AllocatedBytes();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var run = workload.RunAsync(contender, _times);
        if (!workload.IsSynchronous)
            await run;
        watch.Stop();
        processor = Environment.CpuUsage.TotalTime - processor;
        bytes = AllocatedBytes() - bytes;

        await Task.Delay(20); // what was left to the background is no concern of the next contender
        _commands += await lab.CommandsAsync() - commands - 1;
        _calls += _times;
        _nanoseconds.Add(watch.Elapsed.TotalNanoseconds / _times);
        _processor.Add(processor.TotalNanoseconds / _times);
        _bytes.Add((double)bytes / _times);
        var expected = workload.IsHit ? 0 : _times;
        if (Payload.Computed - computed != expected)
            throw new InvalidOperationException($"{Workload}, {Contender}: {Payload.Computed - computed} values were computed instead of {expected}.");
    }

    private long AllocatedBytes() => workload.IsSynchronous ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(precise: true);

    private static double At(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
