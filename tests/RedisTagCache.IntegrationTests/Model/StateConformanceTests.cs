using System.Globalization;
using RedisTagCache.Model;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>The steps of an instance in the model are those of the product's types: the same random messages, synchronizations, failures and losses, through both.</summary>
public sealed class StateConformanceTests
{
    private const int Histories = 600;
    private const int Steps = 80;

    /// <summary>No step invalidates as many, so that a page is longer than one epoch, as in the product.</summary>
    private const byte PageSize = 4;

    [Fact]
    public async Task TheSameEvents_HaveTheSameEffectInTheModelAndInTheProduct()
    {
        var seed = Environment.TickCount;
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var history = 0; history < Histories; history++)
        {
            var random = new Random(seed + history);
            using var pair = new StatePair(history % 2 == 0 ? PageSize : (byte)0);
            var done = new List<string>();
            try
            {
                while (done.Count < Steps && pair.HasRoom)
                {
                    if (Choose(pair, random) is not var (step, act))
                        continue;
                    done.Add(step);
                    await act();
                    pair.Compare();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"Seed {seed + history}: {string.Join("; ", done)}; then {e.Message}");
            }

            foreach (var kind in done)
                kinds[kind.Split(' ')[0]] = kinds.GetValueOrDefault(kind.Split(' ')[0]) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kinds.Values.Sum()} steps from seed {seed}: {string.Join(", ", kinds.Select(kind => $"{kind.Value} {kind.Key}"))}");
        Assert.Equal(36, kinds.Count);
    }

    private static (string Step, Func<Task> Act)? Choose(StatePair pair, Random random)
    {
        var (evicted, expired, cap) = ((byte)random.Next(4), (byte)random.Next(3), (byte)random.Next(1, 6));
        if ((evicted | expired) == 0)
            evicted = 1;
        return random.Next(16) switch
        {
            0 => ($"evict {evicted} {expired} cap {cap}", Now(() => pair.Evict(evicted, expired, cap))),
            1 or 2 => Announce(pair, random),
            3 or 4 or 5 or 6 => Synchronize(pair, random, cap),
            7 => Trouble(pair, random, evicted, expired),
            8 => Lose(pair, random),
            9 or 10 => Remove(pair, random),
            11 or 12 => Begin(pair, random),
            _ => Join(pair, random),
        };
    }

    private static (string Step, Func<Task> Act)? Announce(StatePair pair, Random random)
    {
        if (pair.Announcements == 0)
            return null;
        var (index, isOwn, isLast) = (random.Next(2) == 0 ? 0 : random.Next(pair.Announcements), random.Next(2) == 0, random.Next(4) > 0);
        return random.Next(6) == 0 ? ($"lose-announcement {index}", Now(() => pair.Lose(index)))
            : isOwn && random.Next(2) == 0 && (byte)random.Next(pair.Unconfirmed + 1) is var before ? ($"retried {index} before {before}{(isLast ? "" : " once")}", () => pair.DeliverAsync(index, isOwn, isLast, before))
            : isOwn ? ($"own {index}{(isLast ? "" : " once")}", () => pair.DeliverAsync(index, isOwn, isLast))
            : ($"announce {index}{(isLast ? "" : " once")}", () => pair.DeliverAsync(index, isOwn, isLast));
    }

    private static (string Step, Func<Task> Act)? Synchronize(StatePair pair, Random random, byte cap)
    {
        if (pair.SyncPhase == SyncPhase.None && random.Next(2) == 0)
            return ("refresh", pair.RefreshAsync);
        if (!pair.IsCovering && pair.Stamps.Count > 0 && random.Next(4) == 0)
        {
            var stamp = random.Next(2) == 0 ? pair.Stamps.Last() : pair.Stamps.ElementAt(random.Next(pair.Stamps.Count));
            return ($"cover {stamp}", () => pair.CoverAsync(stamp));
        }

        return pair.SyncPhase == SyncPhase.None ? null
            : random.Next(12) == 0 ? ("fail-sync", pair.FailSyncAsync)
            : ($"{pair.SyncPhase} cap {cap}", () => pair.StepSyncAsync(cap));
    }

    private static (string Step, Func<Task> Act)? Trouble(StatePair pair, Random random, byte evicted, byte expired) => random.Next(8) switch
    {
        0 => ("fail-all", Now(pair.FailAll)),
        1 or 2 => ("disturb", Now(pair.Disturb)),
        3 when (byte)random.Next(pair.Unconfirmed + 1) is var before => ($"confirm-all {before}", Now(() => pair.ConfirmAll(before))),
        _ => ($"fail {evicted} {expired}", Now(() => pair.FailEviction(evicted, expired))),
    };

    private static (string Step, Func<Task> Act)? Lose(StatePair pair, Random random) => random.Next(10) switch
    {
        0 => ("lose-epoch", Now(pair.LoseEpoch)),
        1 => ("lose-invalidations", Now(pair.LoseTagInvalidations)),
        2 => ("lose-removals", Now(pair.LoseRemovals)),
        3 or 4 or 5 => ("remember", Now(pair.Remember)),
        6 or 7 when pair.HasEarlier => ("go-back", Now(() => pair.GoBack(isClockBehind: false))),
        8 or 9 when pair.HasEarlier => ("go-back-behind", Now(() => pair.GoBack(isClockBehind: true))),
        _ => null,
    };

    private static (string Step, Func<Task> Act)? Remove(StatePair pair, Random random)
    {
        var key = random.Next(Two.Length);
        var index = pair.AnnouncedRemovals == 0 || random.Next(2) == 0 ? 0 : random.Next(pair.AnnouncedRemovals);
        var isLast = random.Next(4) > 0;
        var times = random.Next(2) == 0 ? 1 : random.Next(1, RemovalLog.Remembered);
        return random.Next(8) switch
        {
            0 or 1 => ($"remove {key}", Now(() => pair.Remove(key))),
            2 => ($"remove-own {key} times {times}", Now(() => pair.RemoveOwn(key, times))),
            3 or 4 when pair.AnnouncedRemovals > 0 => ($"announce-removal {index}{(isLast ? "" : " once")}", Now(() => pair.DeliverRemoval(index, isLast))),
            5 or 6 or 7 when pair.HasRemovalsPage => ("adopt-removals", Now(pair.AdoptRemovals)),
            5 => ("ask-removals", Now(pair.AskRemovals)),
            _ => null,
        };
    }

    private static (string Step, Func<Task> Act)? Begin(StatePair pair, Random random)
    {
        var (how, key, tags, isOlder) = (random.Next(2), random.Next(Two.Length), (byte)random.Next(1, 4), random.Next(5) == 0);
        return random.Next(5) == 0 ? ("observe", Now(pair.Observe))
            : ($"begin {(how == 0 ? "alone" : "asked")} {key} {tags}{(isOlder ? " older" : "")}", Now(() => pair.BeginValue(how, key, tags, isOlder)));
    }

    private static (string Step, Func<Task> Act)? Join(StatePair pair, Random random)
    {
        var (how, tags, isOlder) = (random.Next(2), (byte)random.Next(1, 4), random.Next(6) == 0);
        var kind = random.Next(8);
        if (!pair.IsFlying)
            return kind == 0 ? ("fly", Now(pair.Fly)) : null;
        var awaited = random.Next(3);
        return kind switch
        {
            0 or 1 => ("ask", Now(pair.Ask)),
            2 or 3 => ("answer", Now(pair.AnswerFlight)),
            4 or 5 when pair.CanJoin => ("join", Now(pair.Join)),
            6 => ($"land {(how == 0 ? "alone" : "asked")} {tags}{(isOlder ? " older" : "")}", Now(() => pair.Land(how, tags, isAwaited: false, isOlder))),
            7 when pair.CanAwait => ($"await {awaited switch { 0 => "alone", 1 => "asked", _ => "as of the first lookup" }} {tags}", Now(() => pair.Land(awaited, tags, isAwaited: true, isOlder: false))),
            _ => null,
        };
    }

    private static Func<Task> Now(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };
}
