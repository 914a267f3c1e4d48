using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Publisher;
using RedisTagCache;

// The settings are beside the program, whatever the current folder is.
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddRedisTagCache();
using var host = builder.Build();

var evictions = new Evictions(host.Services.GetRequiredService<ITagCacheStore>(), Console.Out, Console.Error);
return args.Length > 0
    ? await evictions.OfAsync(args)
    : await evictions.OfLinesAsync(Console.In);
