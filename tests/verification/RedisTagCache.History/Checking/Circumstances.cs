using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Checking;

/// <summary>What was done to the fleet, for the checker: it decides which promises hold when.</summary>
/// <param name="Faults">In the order in which they began.</param>
/// <param name="Deaths">When workers were killed.</param>
/// <param name="ReturnsCopiesInOutages">The places of workers that are allowed to.</param>
internal sealed record Circumstances(IReadOnlyList<Fault> Faults, IReadOnlyDictionary<WorkerId, long> Deaths, IReadOnlySet<int> ReturnsCopiesInOutages)
{
    public static Circumstances Untroubled { get; } = new([], new Dictionary<WorkerId, long>(), new HashSet<int>());

    /// <summary>The last fault before a moment; nothing before the first.</summary>
    public Fault? Before(long time) => Faults.LastOrDefault(fault => fault.From <= time);

    /// <summary>The fault during which something began; nothing when in quiet times.</summary>
    public Fault? At(long time)
    {
        for (var i = Faults.Count - 1; i >= 0; i--)
        {
            if (Faults[i].From <= time)
                return time <= Faults[i].Until ? Faults[i] : null;
        }

        return null;
    }
}
