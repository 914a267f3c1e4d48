using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using RedisTagCache.Benchmarks;

// "quick", and part of a workload's name if only that one is wanted; else the arguments of BenchmarkDotNet.
if (args is ["quick", ..])
{
    await QuickRun.RunAsync(args.ElementAtOrDefault(1) ?? "");
    return;
}

// "cluster": from one server to six primaries.
if (args is ["cluster"])
{
    await ClusterRun.RunAsync();
    return;
}

// "overhead": metrics and traces, with and without listeners.
if (args is ["overhead"])
{
    await OverheadRun.RunAsync();
    return;
}

var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithIterationTime(TimeInterval.FromMilliseconds(250)).WithIterationCount(15);
var config = DefaultConfig.Instance.AddJob(job)
    .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(Lab.Names.Max(name => name.Length)))
    .WithArtifactsPath("artifacts/benchmarks");
BenchmarkRunner.Run([typeof(LocalHit), typeof(LocalHitBySpan), typeof(RedisHit), typeof(MissAndFactory)], config, args);
