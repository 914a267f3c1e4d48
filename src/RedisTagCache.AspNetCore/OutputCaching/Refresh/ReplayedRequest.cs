using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>A request that runs once more, with a context and services of its own.</summary>
internal sealed class ReplayedRequest(HttpContext context, ReplayedResponse response, AsyncServiceScope scope, IHttpContextFactory contexts) : IAsyncDisposable
{
    public HttpContext Context => context;

    /// <summary>Runs it and disposes of it. Returns the status.</summary>
    public async Task<int> RunAsync(RequestDelegate pipeline)
    {
        await using (this.ConfigureAwait(false))
        {
            await pipeline(context).ConfigureAwait(false);
            await response.StartAsync().ConfigureAwait(false);
            return response.StatusCode;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (scope.ConfigureAwait(false))
        {
            try
            {
                await response.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                contexts.Dispose(context);
            }
        }
    }
}
