namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>All rounds of one contender in one scenario.</summary>
internal sealed class Series(string name)
{
    private readonly List<Sample> _samples = [];

    public string Name { get; } = name;

    public IReadOnlyList<Sample> Samples => _samples;

    public LatencyHistogram Latencies { get; } = new();

    public Spread PerSecond => Spread.Of(_samples.Select(sample => sample.PerSecond));

    public double Bytes => Spread.Of(_samples.Select(sample => (double)sample.Bytes / sample.Count)).Median;

    /// <summary>Of this process, in microseconds a call.</summary>
    public double Processor => Spread.Of(_samples.Select(sample => sample.Processor / sample.Count * 1e6)).Median;

    /// <summary>Of the server, in microseconds a call.</summary>
    public Spread ServerProcessor => Spread.Of(_samples.Select(sample => sample.Server.Processor / sample.Count * 1e6));

    public double NetworkBytes => Spread.Of(_samples.Select(sample => sample.Server.NetworkBytes / sample.Count)).Median;

    /// <summary>What the server ran for a call, by name: how often, and microseconds each.</summary>
    public IEnumerable<(string Name, double Calls, double Microseconds)> Commands
    {
        get
        {
            var count = _samples.Sum(sample => sample.Count);
            return _samples.SelectMany(sample => sample.Server.Commands)
                .GroupBy(command => command.Key, command => command.Value)
                .Select(group => (group.Key, Sum: group.Aggregate(static (one, other) => one + other)))
                .Select(command => (command.Key, command.Sum.Calls / count, command.Sum.Microseconds / command.Sum.Calls))
                .Where(command => command.Item2 >= 0.005)
                .OrderByDescending(command => command.Item2 * command.Item3);
        }
    }

    public void Add(Sample sample) => _samples.Add(sample);

    /// <summary>A figure of this one by that of another, round by round, since what else the machine does hits both.</summary>
    public Spread RatioTo(Series other, Func<Sample, double> figure) => Spread.Of(_samples.Zip(other._samples, (mine, its) => figure(mine) / figure(its)));
}
