using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.History.Recording;
using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Work;

/// <summary>One process of the fleet: reads and edits from when it is told to until its input ends.</summary>
internal static class WorkerProgram
{
    public const string Ready = "ready";
    public const string Go = "go";
    public const string DatabaseFile = "database";

    /// <summary>Short, so that a fault of a few seconds outlasts it.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(2);

    private const string NamedCache = "named";
    private const int Readers = 6;
    private const int Editors = 2;
    private const int ReadsAtOnce = 8;

    public static async Task RunAsync(WorkerOptions options)
    {
        using var database = new Database(Path.Combine(options.Folder, DatabaseFile));
        using var recorder = new Recorder(Path.Combine(options.Folder, HistoryFile.NameOf(options.Worker)));
        await using var instance = Instance.Create(options.Redis, Configure, services => services.AddRedisTagCache(NamedCache, o =>
        {
            (o.Configuration, o.BuildNamespace, o.KeyPrefix) = (options.Redis, "test", Plan.PrefixOf(1));
            Configure(o);
        }));
        string?[] names = [null, options.Broken.HasFlag(Broken.CachesMixed) ? null : NamedCache];
        var caches = Array.ConvertAll(names, name => new CacheWork(instance.Services, name, database, recorder, options.Broken));
        var editor = new Editor(caches, database, recorder, options.Broken);

        await Console.Out.WriteLineAsync(Ready);
        await Console.In.ReadLineAsync();

        // What an instance sets before Redis has first answered it may outlive an eviction made meanwhile (known limitation 7 of docs/known-limitations.md).
        foreach (var (i, cache) in caches.Index())
            await cache.ReadAsync(Enumerable.Range(0, Plan.Keys).First(key => Plan.CacheOf(key) == i && Plan.UseOf(key) == KeyUse.Page));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, Readers).Select(_ => LoopAsync((double)options.Rate / Readers, ReadsAtOnce, ReadAnyAsync, stop.Token));
        var editors = Enumerable.Range(0, Editors).Select(_ => LoopAsync((double)options.Edits / Editors, 1, editor.EditAsync, stop.Token));
        var loops = readers.Concat(options.Edits == 0 ? [] : editors).ToArray();
        await Task.WhenAny(Task.WhenAll(loops), Task.Run(Console.In.ReadLineAsync));
        await stop.CancelAsync();
        await Task.WhenAll(loops); // an exception that no caller may see ends the process, and the run

        Task ReadAnyAsync()
        {
            var key = Plan.RandomKey();
            return caches[Plan.CacheOf(key)].ReadAsync(key);
        }

        void Configure(RedisTagCacheOptions o)
        {
            o.LeaseDuration = LeaseDuration;
            o.AllowLocalReadsWhenDisconnected = options.ReturnsCopiesInOutages;
            o.Profiles["default"] = new CachePolicy { WaitForWrite = false };
        }
    }

    private static Task LoopAsync(double rate, int atOnce, Func<Task> once, CancellationToken stop) => Task.Run(
        async () =>
        {
            var pace = new Pace(rate);
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < atOnce; i++)
                    await once();
                await pace.NextAsync(atOnce);
            }
        },
        CancellationToken.None);
}
