using RedisTagCache.Soak.Faults;
using RedisTagCache.Soak.Load;
using RedisTagCache.Soak.Reporting;
using RedisTagCache.Soak.Web;

namespace RedisTagCache.Soak;

/// <summary>The whole run: a Redis, two web processes, readers, an editor, faults, samples, and the report.</summary>
internal static class SoakRun
{
    private static readonly TimeSpan _betweenSamples = TimeSpan.FromSeconds(5);
    private const int SamplesPerLine = 12;

    /// <returns>0 when nothing failed, nothing was violated and nothing grew.</returns>
    public static async Task<int> RunAsync(SoakOptions options, CancellationToken stop)
    {
        Directory.CreateDirectory(options.Output);
        var folder = Directory.CreateTempSubdirectory("soak-").FullName;
        await using var redis = await SoakRedis.StartAsync();
        await using var a = new WebInstance("a", folder, redis.ConnectionString);
        await using var b = new WebInstance("b", folder, redis.ConnectionString);
        await Task.WhenAll(a.StartAsync(), b.StartAsync());
        Console.WriteLine($"Redis {redis.Version} at {redis.ConnectionString}, the sample at {a.Address} and {b.Address}, logs in {folder}");

        foreach (var instance in new[] { a, b })
            await LoadDriver.WarmUpAsync(instance);

        var (tally, edits, mix, timeline) = (new Tally(), new ConfirmedEdits(), new PageMix(), new Timeline());
        var faults = new FaultSchedule([new("Web process b killed, back at once", b.KillAndRestartAsync), .. redis.Faults()], options.FaultEvery);
        var reader = new Reader(timeline, tally, edits);
        var editor = new Editor([a, b], mix, reader, timeline, tally, edits, options.Edits);
        var load = new LoadDriver([a, b], mix, reader, options.Rate);

        var csv = Path.Combine(options.Output, "soak.csv");
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            end.CancelAfter(options.Duration);
            Task[] work = [load.RunAsync(timeline, end.Token), editor.RunAsync(end.Token), faults.RunAsync(timeline, tally, options.Duration, end.Token)];
            await SampleAsync(new Sampler(redis, [a, b], tally, timeline), csv, end.Token);
            await Task.WhenAll(work);
        }

        var samples = SampleTable.Read(csv);
        Plots.Save(samples, timeline.Faults, Path.Combine(options.Output, "soak.png"));
        var growth = GrowthBounds.Measure(samples, timeline.Elapsed, faults.Cycle);
        var report = new Report(options, redis.Version, timeline, faults, tally, growth, [a.Log, b.Log]);
        await File.WriteAllTextAsync(Path.Combine(options.Output, "report.md"), report.Write(), CancellationToken.None);
        Console.WriteLine(report.Verdict);
        if (report.IsGood) Directory.Delete(folder, recursive: true);
        return report.IsGood ? 0 : 1;
    }

    /// <summary>Each sample is on the disk before the next is taken: a run that is killed leaves what it saw.</summary>
    private static async Task SampleAsync(Sampler sampler, string csv, CancellationToken end)
    {
        await using var file = new StreamWriter(csv) { AutoFlush = true };
        await file.WriteLineAsync(SampleTable.Header);
        using var timer = new PeriodicTimer(_betweenSamples);
        for (var count = 1; !end.IsCancellationRequested; count++)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            await file.WriteLineAsync(SampleTable.Line(await sampler.TakeAsync()));
            if (count % SamplesPerLine == 0) Console.WriteLine(sampler.Line);
        }
    }
}
