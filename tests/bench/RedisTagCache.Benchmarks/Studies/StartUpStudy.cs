using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.Benchmarks.Processes;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>What the registration adds to the start of a web application: from its builder to the moment at which it listens, in a new process each time. Nothing is connected.</summary>
internal static class StartUpStudy
{
    private const int Rounds = 15;
    private static readonly string[] _kinds = ["nothing", "AddHybridCache and AddStackExchangeRedisCache", "AddRedisTagCache", "AddRedisTagOutputCache", "AddStackExchangeRedisOutputCache"];

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        var times = _kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var round = -1; round < (arguments.IsQuick ? 3 : Rounds); round++)
        {
            foreach (var kind in _kinds)
            {
                await using var process = ChildProcess.Start("start", kind);
                var milliseconds = double.Parse(await process.ReadAsync(), CultureInfo.InvariantCulture);
                if (round >= 0) // the first reads files from the disk
                    times[kind].Add(milliseconds);
            }
        }

        var table = new Table("a web application that adds", "start, ms", "middle half", "more than with nothing, ms");
        foreach (var kind in _kinds)
        {
            var spread = Spread.Of(times[kind]);
            table.Add(kind, Text.Number(spread.Median), Text.Range(spread), Text.Number(Spread.Of(times[kind].Zip(times[_kinds[0]], static (mine, none) => mine - none)).Median));
        }

        return new StudyResult(table, times.ToDictionary(time => time.Key, time => Spread.Of(time.Value).Median));
    }

    /// <summary>What the new process does.</summary>
    public static async Task StartAsync(string kind)
    {
        var watch = Stopwatch.StartNew();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        Add(builder.Services, kind);
        await using var app = builder.Build();
        app.Services.GetService<HybridCache>();
        app.Services.GetService<IOutputCacheStore>();
        await app.StartAsync();
        Console.WriteLine(watch.Elapsed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    private static void Add(IServiceCollection services, string kind)
    {
        const string configuration = "127.0.0.1:1";
        switch (kind)
        {
            case "AddHybridCache and AddStackExchangeRedisCache":
                services.AddStackExchangeRedisCache(static options => options.Configuration = configuration).AddHybridCache();
                break;
            case "AddRedisTagCache":
                services.AddRedisTagCache(static options => options.Configuration = configuration);
                break;
            case "AddRedisTagOutputCache":
                services.AddRedisTagCache(static options => options.Configuration = configuration).AddRedisTagOutputCache();
                break;
            case "AddStackExchangeRedisOutputCache":
                services.AddOutputCache().AddStackExchangeRedisOutputCache(static options => options.Configuration = configuration);
                break;
        }
    }
}
