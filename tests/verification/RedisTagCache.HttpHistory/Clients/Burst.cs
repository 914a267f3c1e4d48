using System.Diagnostics;
using RedisTagCache.HttpHistory.Evictions;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>What many clients ask for together, for some moments.</summary>
internal sealed class Burst(IReadOnlyList<Target> targets, int seed)
{
    private readonly Random _random = new(seed);
    private Target _target = targets[0];
    private long _until;

    public Target Target
    {
        get
        {
            if (Stopwatch.GetTimestamp() > Volatile.Read(ref _until))
            {
                lock (_random)
                {
                    var large = _random.Next(300) == 0; // a large page about once in the life of an application
                    do
                        _target = targets[_random.Next(targets.Count)];
                    while (_target.Page.IsLarge != large);
                    Volatile.Write(ref _until, Stopwatch.GetTimestamp() + (_random.Next(10, 80) * Stopwatch.Frequency / 1_000));
                }
            }

            return Volatile.Read(ref _target);
        }
    }
}
