using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;

namespace RedisTagCache.AspNetCore.DependencyInjection;

/// <summary>Has the cache's own policy run in every request. It makes nothing cacheable by itself.</summary>
internal sealed class AddPagePolicy(IServiceProvider services) : IPostConfigureOptions<OutputCacheOptions>
{
    public void PostConfigure(string? name, OutputCacheOptions options)
    {
        if (name != Options.DefaultName)
            return;
        var policy = new PagePolicy(
            services.GetRequiredService<TagTemplates>(),
            services.GetRequiredService<EvictAfterResponse>(),
            services.GetRequiredService<PageAdvice>(),
            services.GetRequiredService<IOptions<RedisTagOutputCacheOptions>>().Value);
        options.AddBasePolicy(policy);
    }
}
