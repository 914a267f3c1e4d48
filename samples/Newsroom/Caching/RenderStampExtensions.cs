using Microsoft.AspNetCore.Http.Features;

namespace Newsroom.Caching;

public static class RenderStampExtensions
{
    /// <summary>Starts the clock of <see cref="RenderStamp"/>. Call it after <c>UseRedisTagOutputCache</c>, so that it runs only for responses that do not come from the cache.</summary>
    public static void UseRenderStamp(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        var instance = app.Services.GetRequiredService<InstanceName>();

        app.Use((context, next) =>
        {
            context.Features.Set(new RenderStamp(time, instance.Value));
            return next(context);
        });
    }

    public static RenderStamp RenderStamp(this HttpContext context) => context.Features.GetRequiredFeature<RenderStamp>();
}
