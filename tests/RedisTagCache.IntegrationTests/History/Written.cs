using System.Diagnostics;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;

namespace RedisTagCache.IntegrationTests.History;

/// <summary>A history written by hand. Times are seconds.</summary>
internal sealed class Written(int worker = 0) : IHistory
{
    private readonly List<Operation> _operations = [];

    public WorkerId Worker { get; } = new(worker, 0);

    /// <summary>A key with the tag 7 that is removed and set as well.</summary>
    public static int Key { get; } = Plan.KeysOf(Tag).First(key => Plan.UseOf(key) == KeyUse.RemovedValue);

    /// <summary>A key with the tag 7 that is never removed nor set.</summary>
    public static int KeptKey { get; } = Plan.KeysOf(Tag).First(key => Plan.UseOf(key) == KeyUse.Value);

    public static int Tag => 7;

    public static long At(double seconds) => (long)(seconds * Stopwatch.Frequency);

    public IEnumerable<Operation> Read() => _operations;

    public Written Raise(double start, long version) => Add(Kind.Raise, Outcome.Done, Key, start, start, version);

    public Written Evict(double start, double end, Outcome outcome = Outcome.Done, int? tag = null) => Add(Kind.Evict, outcome, tag ?? Tag, start, end);

    public Written Expire(double start, double end) => Add(Kind.Expire, Outcome.Done, Tag, start, end);

    public Written Remove(double start, double end, Outcome outcome = Outcome.Done) => Add(Kind.Remove, outcome, Key, start, end);

    public Written Set(double start, double end) => Add(Kind.Set, Outcome.Done, Key, start, end, startedAt: start, isSet: true);

    public Written Run(double start, double end, int? key = null) => Add(Kind.Run, Outcome.Done, key ?? KeptKey, start, end);

    public Written ReadRedis(double start, double startedAt, Outcome outcome = Outcome.Value, long version = 1, bool isSet = false) =>
        Add(Kind.ReadRedis, outcome, Key, start, start + 0.001, version, startedAt, isSet);

    public Written ReadCopy(double start, double startedAt) => Add(Kind.ReadCopy, Outcome.Value, Key, start, start, 1, startedAt);

    public Verdicts Check(params Fault[] faults) => Check(new Dictionary<WorkerId, long>(), faults);

    public Verdicts Check(IReadOnlyDictionary<WorkerId, long> deaths, params Fault[] faults) =>
        Checker.Check([this], new Circumstances(faults, deaths, new HashSet<int> { 9 }));

    public static Verdicts Check(params Written[] histories) => Checker.Check(histories, Circumstances.Untroubled);

    public static Verdicts Check(Written[] histories, params Fault[] faults) =>
        Checker.Check(histories, new Circumstances(faults, new Dictionary<WorkerId, long>(), new HashSet<int>()));

    private Written Add(Kind kind, Outcome outcome, int target, double start, double end, long version = 1, double startedAt = 0, bool isSet = false)
    {
        _operations.Add(new Operation(kind, outcome, isSet, target, At(start), At(end), version, At(startedAt)));
        return this;
    }
}
