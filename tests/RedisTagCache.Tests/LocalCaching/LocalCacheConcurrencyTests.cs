using System.Runtime.CompilerServices;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.Tests.LocalCaching;

/// <summary>The copies under many threads, and what becomes of those that are gone.</summary>
public sealed class LocalCacheConcurrencyTests
{
    private readonly PartitionWatch _watch = Copies.Watch();

    [Theory]
    [InlineData(300, 1_000)]
    [InlineData(1_000_000, 8)]
    [InlineData(1_000_000, 1_000)]
    public async Task AnyChanges_ByManyAtOnce_KeepTheAccountOfWhatIsThere(long maxBytes, int maxEntries)
    {
        var cache = new LocalCache(maxBytes, maxEntries);
        await AtOnceAsync(4, worker =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 20_000; i++)
                Change(cache, random, $"k{random.Next(16)}");
        });

        var there = Enumerable.Range(0, 16).Select(i => cache.TryGet($"k{i}", out var copy) ? copy : null).OfType<LocalCopy>().ToArray();
        Assert.Equal((there.Sum(copy => copy.Size), there.Length), (cache.Bytes, cache.Count));
        Assert.True(cache.Bytes <= maxBytes && cache.Count <= maxEntries);
        Assert.All(there, copy => Assert.False(copy.IsGone));
        cache.DropAll(_watch);
        Assert.Equal((0, 0), (cache.Bytes, cache.Count));
    }

    [Fact]
    public void Set_OfOneNameAgainAndAgain_HoldsNoOldCopies()
    {
        var cache = new LocalCache(1_000_000, 1_000_000);
        var copies = SetAgain(cache, 5_000);
        GC.Collect();
        Assert.InRange(copies.Count(copy => copy.TryGetTarget(out _)), 1, 100);
        GC.KeepAlive(cache);
    }

    [Fact]
    public async Task Set_OfACopyThatIsRemovedAtTheSameMoment_LeavesItAsGone()
    {
        var cache = new LocalCache(long.MaxValue, int.MaxValue);
        LocalCopy[] copies = [.. Enumerable.Range(0, 300_000).Select(i => Copies.Of("k", _watch))];
        var isOver = false;
        await AtOnceAsync(2, worker =>
        {
            if (worker == 0)
            {
                foreach (var copy in copies)
                    cache.Set(copy);
                Volatile.Write(ref isOver, true);
                return;
            }

            while (!Volatile.Read(ref isOver))
            {
                if (cache.TryGet("k", out var copy))
                    cache.Remove(copy);
            }
        });

        cache.DropAll(_watch);
        Assert.Equal((0, 0), (cache.Bytes, cache.Count));
        Assert.Equal(0, copies.Count(copy => !copy.IsGone)); // otherwise they would stay in the queue
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference<LocalCopy>> SetAgain(LocalCache cache, int times)
    {
        var copies = new List<WeakReference<LocalCopy>>();
        for (var i = 0; i < times; i++)
        {
            var copy = Copies.Of("k", _watch);
            copies.Add(new(copy));
            cache.Set(copy);
        }

        return copies;
    }

    private void Change(LocalCache cache, Random random, string name)
    {
        switch (random.Next(8))
        {
            case 0:
                cache.Drop(name, random.Next(10));
                break;
            case 1 when cache.TryGet(name, out var copy):
                cache.Remove(copy);
                break;
            case 2 when cache.TryGet(name.AsSpan(), out var copy):
                copy.IsUsed = true;
                break;
            case 3 when random.Next(50) == 0:
                cache.DropAll(_watch);
                break;
            default:
                cache.Set(Copies.Of(name, _watch, random.Next(1, 100), removal: random.Next(10)));
                break;
        }
    }

    private static Task AtOnceAsync(int workers, Action<int> work)
    {
        var start = new Barrier(workers);
        return Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                work(worker);
            },
            TaskCreationOptions.LongRunning)));
    }
}
