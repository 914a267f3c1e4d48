using System.Globalization;
using RedisTagCache.TestSupport;
using RedisTagCache.Worker;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>Eight processes on one Redis, shared by the tests of this folder, which run one at a time and after those of the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WorkerFleet : ICollectionFixture<FleetMachine>, ICollectionFixture<WorkerFleet>, IAsyncLifetime
{
    public const string Name = "fleet";
    private const int Size = 8;

    private readonly RedisFixture _redis = new();
    private readonly WorkerProcess[] _workers = new WorkerProcess[Size];

    /// <summary>Of the workers: short, so that the tests of lost leaders are.</summary>
    public static TimeSpan LeaseDuration { get; } = TimeSpan.FromSeconds(2);

    internal IReadOnlyList<WorkerProcess> Workers => _workers;

    internal string ConnectionString => _redis.ConnectionString;

    internal IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync()
    {
        await _redis.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, Size).Select(StartAsync));
    }

    /// <summary>A key that no other test has.</summary>
    internal static string NewKey() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>How often the factory of a key has run in any of the processes.</summary>
    internal async Task<long> RunsAsync(string key) => (long)await Database.StringGetAsync(Command.CounterOf(key));

    /// <summary>A new process in place of one that was killed.</summary>
    internal async Task ReplaceAsync(int index)
    {
        await _workers[index].DisposeAsync();
        await StartAsync(index);
    }

    /// <summary>Whether a worker gives that value, and from a copy of its own.</summary>
    internal static async Task<bool> HasCopyAsync(WorkerProcess worker, string key, string value) =>
        await worker.GetAsync(new Command(Verb.GetOrCreate, key) { Value = "was not there" }) == value
        && await worker.GetAsync(new Command(Verb.TryGet, key) { Policy = ChangeExtensions.OwnCopies }) == value;

    /// <summary>Has all workers read a value, and so copy it.</summary>
    internal async Task CopyEverywhereAsync(string key, string value)
    {
        foreach (var worker in _workers)
            await Eventually.BecomesTrueAsync(() => HasCopyAsync(worker, key, value), "it has a copy");
    }

    /// <summary>The different values that all workers read, each many times.</summary>
    internal async Task<string?[]> ReadEverywhereAsync(string key, int readers = 20)
    {
        var answers = await Task.WhenAll(_workers.Select(worker => worker.DoAsync(new Command(Verb.TryGet, key) { Callers = readers })));
        Assert.Empty(answers.SelectMany(answer => answer.Errors));
        return [.. answers.SelectMany(answer => answer.Values).Distinct()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.OfType<WorkerProcess>()) // not all, if one could not be started
            await worker.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task StartAsync(int index)
    {
        var worker = _workers[index] = await WorkerProcess.StartAsync(_redis.ConnectionString, LeaseDuration);

        // Connected and compiled, so that no test measures that.
        var key = NewKey();
        await worker.GetAsync(new Command(Verb.GetOrCreate, key) { Callers = 20, Value = "warm" });
        await worker.GetAsync(new Command(Verb.Set, key) { Value = "warm", Tags = [key] });
        await worker.GetAsync(new Command(Verb.Remove, key));
        await worker.GetAsync(new Command(Verb.Evict, key));
    }
}
