using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>
/// Values that were computed before an eviction, asked for after it has returned. Each round has a key and a tag of its own, and counts once,
/// whichever instance gave the value.
/// </summary>
internal sealed class PeerScenarios(PeerFleet fleet)
{
    private const string Old = "old";
    private const int Batch = 10;
    private int _next;

    /// <summary>Both instances have the value; one evicts; both read.</summary>
    public async Task<Tally> EvictAsync(int rounds)
    {
        var tally = new Tally();
        for (var i = 0; i < rounds; i++)
        {
            var key = await WriteAsync();
            await fleet.A.EvictAsync(key);
            tally.Add(key, await IsServedAsync(key));
        }

        return tally;
    }

    /// <summary>One instance computes the value, the other evicts meanwhile, and the first then writes.</summary>
    public async Task<Tally> WriteLateAsync(int rounds)
    {
        var tally = new Tally();
        for (var i = 0; i < rounds; i++)
        {
            var key = NextKey();
            var (started, evicted) = (new TaskCompletionSource(), new TaskCompletionSource());
            var computing = fleet.B.GetOrComputeAsync(key, key, async () =>
            {
                started.SetResult();
                await evicted.Task;
                return Old;
            }).AsTask();
            await started.Task;
            await fleet.A.EvictAsync(key);
            evicted.SetResult();
            await computing;
            tally.Add(key, await IsServedAsync(key));
        }

        return tally;
    }

    /// <summary>Both instances have the value; one evicts; one that starts after that reads.</summary>
    public async Task<Tally> RestartAsync(int rounds)
    {
        var tally = new Tally();
        for (var i = 0; i < rounds; i += Batch)
            await RunBatchAsync(tally, static _ => Task.CompletedTask, static _ => Task.CompletedTask);
        return tally;
    }

    /// <summary>The same, and Redis loses one of the keys in which the design keeps what a tag needs, before the eviction or after it.</summary>
    public async Task<Tally> LoseAsync(int rounds, bool before)
    {
        var tally = new Tally();
        for (var i = 0; i < rounds; i += Batch)
        {
            var which = i / Batch;
            Task Lose(string tag)
            {
                var keys = fleet.Design.Bookkeeping(tag);
                return fleet.Admin.GetDatabase().KeyDeleteAsync(keys[which % keys.Length]);
            }

            await RunBatchAsync(tally, before ? Lose : static _ => Task.CompletedTask, before ? static _ => Task.CompletedTask : Lose);
        }

        return tally;
    }

    /// <summary>How many of the values the two instances return now.</summary>
    public async Task<int> CountServedAsync(Tally tally)
    {
        var served = 0;
        foreach (var key in tally.Keys)
            served += await IsServedAsync(key) ? 1 : 0;
        return served;
    }

    private async Task RunBatchAsync(Tally tally, Func<string, Task> before, Func<string, Task> after)
    {
        var keys = new string[Batch];
        for (var i = 0; i < Batch; i++)
            keys[i] = await WriteAsync();
        foreach (var key in keys)
            await before(key);
        foreach (var key in keys)
            await fleet.A.EvictAsync(key);
        foreach (var key in keys)
            await after(key);
        await using var another = await fleet.StartAnotherAsync();
        foreach (var key in keys)
            tally.Add(key, await another.ReadAsync(key) is not null);
    }

    private async Task<string> WriteAsync()
    {
        var key = NextKey();
        await fleet.A.GetOrComputeAsync(key, key, static () => Task.FromResult(Old));
        await Eventually.BecomesTrueAsync(async () => await fleet.A.ReadAsync(key) == Old && await fleet.B.ReadAsync(key) == Old, "both have the value");
        return key;
    }

    private async Task<bool> IsServedAsync(string key) => await fleet.B.ReadAsync(key) is not null | await fleet.A.ReadAsync(key) is not null;

    private string NextKey() => string.Create(null, $"k{_next++}");
}
