using Microsoft.AspNetCore.Http.Features;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>
/// Notes at once when the application gives a response up. The server cancels its token a little later, from another thread: by then what was
/// rendered so far would have been stored as if it were the page.
/// </summary>
internal sealed class AbortWatch(IHttpRequestLifetimeFeature server, PageRequest page) : IHttpRequestLifetimeFeature
{
    public CancellationToken RequestAborted
    {
        get => server.RequestAborted;
        set => server.RequestAborted = value;
    }

    public void Abort()
    {
        page.IsAborted = true;
        server.Abort();
    }

    public static void Begin(IFeatureCollection features, PageRequest page)
    {
        if (features.Get<IHttpRequestLifetimeFeature>() is { } server and not AbortWatch)
            features.Set<IHttpRequestLifetimeFeature>(new AbortWatch(server, page));
    }
}
