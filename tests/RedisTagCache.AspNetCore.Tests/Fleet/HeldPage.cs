using System.Globalization;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>A page that shows the version of what it is made of, read when its rendering began. Its renderings can be held before they end.</summary>
internal sealed class HeldPage
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Hold _hold = Hold.Open();
    private long _source;
    private long _evicted;
    private long _rendered;

    /// <summary>No request that begins from now on may be given an older version.</summary>
    public long Floor => Interlocked.Read(ref _evicted);

    public long Rendered => Interlocked.Read(ref _rendered);

    /// <summary>Holds renderings that begin from now on.</summary>
    public Hold HoldNext()
    {
        var hold = new Hold();
        Volatile.Write(ref _hold, hold);
        return hold;
    }

    /// <param name="stop">Ends a rendering that is held, with an exception.</param>
    public async Task<string> RenderAsync(CancellationToken stop = default)
    {
        var hold = Volatile.Read(ref _hold);
        var version = Interlocked.Read(ref _source);
        Interlocked.Increment(ref _rendered);
        hold.Enter();
        await Task.WhenAny(hold.Released, _ended.Task).WaitAsync(stop);
        hold.Leave();
        return version.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Changes what the page is made of, and evicts it.</summary>
    public async Task ChangeAsync(Func<Task> evict)
    {
        var version = Interlocked.Increment(ref _source);
        await evict();
        Interlocked.Exchange(ref _evicted, version);
    }

    /// <summary>Dispose it ahead of the instances: else those would wait for a page that a failed test has left held.</summary>
    public IDisposable EndWithTest() => new Ending(this);

    private sealed class Ending(HeldPage page) : IDisposable
    {
        public void Dispose() => page._ended.TrySetResult();
    }
}
