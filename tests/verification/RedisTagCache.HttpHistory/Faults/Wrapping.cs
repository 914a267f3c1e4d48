using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RedisTagCache.HttpHistory.Application;
using App = RedisTagCache.HttpHistory.Application.Application;

namespace RedisTagCache.HttpHistory.Faults;

/// <summary>Puts planted faults around the cache. With none, it adds nothing but the tags of the pages.</summary>
internal static class Wrapping
{
    private static readonly TimeSpan _marked = TimeSpan.FromSeconds(3);

    private static long _misses;

    public static void AddServices(IServiceCollection services, AppPlan plan, Planted planted)
    {
        if (planted is not (Planted.EvictionsMadeSoft or Planted.EvictionsInTheOtherCache or Planted.ConditionMarksPage or Planted.BodyOfAnotherPage or Planted.MemoryKept))
            return;
        var inner = services.Last(static service => service.ServiceType == typeof(IOutputCacheStore));
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(provider => new BrokenStore(
            (IOutputCacheBufferStore)inner.ImplementationFactory!(provider),
            App.StoreOf(provider, plan.HasNamedPageCache),
            App.StoreOf(provider, !plan.HasNamedPageCache),
            planted)));
    }

    public static void AddTags(OutputCachePolicyBuilder policy, PagePlan page, Planted planted)
    {
        if (planted == Planted.PostTagsLost && page.Shape == PageShape.Post)
            return;
        policy.Tag(page.Name);
        if (planted == Planted.TagsAsTyped)
            policy.AddPolicy<TypedTagPolicy>();
        else
            policy.Tag(page.Template);
    }

    public static void UseBefore(WebApplication app, Planted planted)
    {
        switch (planted)
        {
            case Planted.HeaderOfAnotherRendering:
                app.Use(static (context, next) =>
                {
                    var nonce = context.Response.Headers[Names.Nonce];
                    context.Response.OnStarting(() =>
                    {
                        context.Response.Headers[Names.Nonce] = nonce;
                        return Task.CompletedTask;
                    });
                    return next(context);
                });
                break;
            case Planted.StatusLies:
                app.Use(static (context, next) =>
                {
                    context.Response.OnStarting(() =>
                    {
                        if (context.Response.Headers["X-Cache"] == "miss" && Interlocked.Increment(ref _misses) % 10 == 0)
                            context.Response.Headers["X-Cache"] = "hit";
                        return Task.CompletedTask;
                    });
                    return next(context);
                });
                break;
            case Planted.ConditionMarksPage:
                app.Use(MarkAsync(new(StringComparer.OrdinalIgnoreCase)));
                break;
            case Planted.FollowersHeld:
                app.Use(HoldAsync(new(StringComparer.OrdinalIgnoreCase)));
                break;
        }
    }

    public static void UseAfter(WebApplication app, Planted planted)
    {
        if (planted != Planted.TenantLostInRefresh)
            return;
        app.Use(static (context, next) =>
        {
            if (!Renderer.IsInRequest)
                context.RequestServices.GetRequiredService<TenantContext>().Tenant = TenantContext.Current = 0;
            return next(context);
        });
    }

    private static Func<HttpContext, RequestDelegate, Task> MarkAsync(ConcurrentDictionary<string, long> marks) => async (context, next) =>
    {
        var path = context.Request.Path.Value!;
        BrokenStore.IsMarked = marks.TryGetValue(path, out var at) && Stopwatch.GetElapsedTime(at) < _marked;
        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status304NotModified)
            marks[path] = Stopwatch.GetTimestamp();
    };

    private static Func<HttpContext, RequestDelegate, Task> HoldAsync(ConcurrentDictionary<string, SemaphoreSlim> locks) => async (context, next) =>
    {
        var turn = locks.GetOrAdd(context.Request.Path.Value!, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(context.RequestAborted);
        try
        {
            await next(context);
        }
        finally
        {
            turn.Release();
        }
    };
}
