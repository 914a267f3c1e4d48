using Microsoft.AspNetCore.Http.Features;

namespace Newsroom.Caching;

public static class RenderStampExtensions
{
    /// <summary>Starts the clock of <see cref="RenderStamp"/>. Placed after <c>UseOutputCache</c>, it runs only for responses that did not come from the cache.</summary>
    public static void UseRenderStamp(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        var configured = app.Configuration["Newsroom:Instance"];

        app.Use((context, next) =>
        {
            var instance = configured ?? $"{Environment.MachineName}:{context.Connection.LocalPort}";
            context.Features.Set(new RenderStamp(time, instance));
            return next(context);
        });
    }

    public static RenderStamp RenderStamp(this HttpContext context) => context.Features.GetRequiredFeature<RenderStamp>();
}
