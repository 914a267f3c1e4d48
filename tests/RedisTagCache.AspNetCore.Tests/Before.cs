using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.AspNetCore.Tests;

/// <summary>Puts a step of the test's own ahead of output caching.</summary>
internal static class Before
{
    public static void AddBefore(this IServiceCollection services, Func<HttpContext, RequestDelegate, Task> step) =>
        services.AddSingleton<IStartupFilter>(new Filter(step));

    private sealed class Filter(Func<HttpContext, RequestDelegate, Task> step) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(proceed => context => step(context, proceed));
            next(app);
        };
    }
}
