using RedisTagCache.Soak.Web;

namespace RedisTagCache.Soak.Load;

/// <summary>Sends requests at a steady rate, whether or not earlier ones have been answered.</summary>
internal sealed class LoadDriver(IReadOnlyList<WebInstance> instances, PageMix mix, Reader reader, double rate)
{
    private const int WarmUpRequests = 300;
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(5);
    private int _underWay;

    public async Task RunAsync(Timeline timeline, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_tick);
        var began = timeline.Elapsed;
        for (long sent = 0; !stop.IsCancellationRequested; await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            for (var due = (long)((timeline.Elapsed - began).TotalSeconds * rate); sent < due; sent++)
                _ = SendAsync(instances[(int)(sent % instances.Count)]);
        }

        while (Volatile.Read(ref _underWay) > 0)
            await timer.WaitForNextTickAsync(CancellationToken.None);
    }

    /// <summary>Has everything compiled, so that the run does not begin with that.</summary>
    public static async Task WarmUpAsync(WebInstance instance)
    {
        var mix = new PageMix();
        for (var i = 0; i < WarmUpRequests; i++)
        {
            using var response = await instance.Readers.GetAsync(new Uri(mix.Next().Path, UriKind.Relative));
        }
    }

    private async Task SendAsync(WebInstance instance)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await Task.Yield();
            await reader.ReadAsync(instance, mix.Next());
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
