namespace RedisTagCache.Benchmarks.Studies;

/// <summary>What is measured in a way of its own.</summary>
/// <param name="Name">Unique.</param>
/// <param name="RunAsync">Measures it.</param>
internal sealed record Study(string Name, Func<Arguments, Task<StudyResult>> RunAsync)
{
    public const string Cluster = "Cluster";
    public const string LargeReads = "Many callers of a large entry";

    public static IReadOnlyList<Study> All { get; } =
    [
        new("Eviction by tag", EvictionStudy.RunAsync),
        new("Cold start", ColdStartStudy.RunAsync),
        new("Stampede", StampedeStudy.RunAsync),
        new(Cluster, ClusterStudy.RunAsync),
        new(LargeReads, LargeReadsStudy.RunAsync),
        new("Memory in Redis", MemoryStudy.RunAsync),
        new("Start-up", StartUpStudy.RunAsync),
        new("Save with evictions", SaveStudy.RunAsync),
    ];
}
