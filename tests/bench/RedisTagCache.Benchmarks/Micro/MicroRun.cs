using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace RedisTagCache.Benchmarks.Micro;

/// <summary>The benchmarks of single calls, by BenchmarkDotNet, with its arguments.</summary>
internal static class MicroRun
{
    public static void Run(string[] args)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithIterationTime(TimeInterval.FromMilliseconds(250)).WithIterationCount(15);
        var config = DefaultConfig.Instance.AddJob(job)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(Lab.Names.Max(name => name.Length)))
            .WithArtifactsPath("artifacts/benchmarks");
        BenchmarkRunner.Run([typeof(LocalHit), typeof(LocalHitBySpan), typeof(RedisHit), typeof(MissAndFactory)], config, args);
    }
}
