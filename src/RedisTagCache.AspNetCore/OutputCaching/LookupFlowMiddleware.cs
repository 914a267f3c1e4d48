using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Begins a <see cref="LookupFlow"/> for every request, ahead of all other middleware. Allocates one small object a request.</summary>
internal sealed class LookupFlowMiddleware(ITagCacheStore store) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(proceed => context =>
        {
            LookupFlow.BeginRequest(store.Observe());
            return proceed(context);
        });
        next(app);
    };
}
