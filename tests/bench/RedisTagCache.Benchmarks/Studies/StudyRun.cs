namespace RedisTagCache.Benchmarks.Studies;

internal static class StudyRun
{
    public static async Task RunAsync(Arguments arguments, Action<Study, StudyResult> report)
    {
        foreach (var study in Study.All.Where(study => arguments.Wants(study.Name)))
        {
            try
            {
                report(study, await study.RunAsync(arguments));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Console.WriteLine($"{study.Name} failed: {failure}");
            }
        }
    }
}
