using System.Globalization;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

internal static class VisitExtensions
{
    /// <summary>The time that so many percent of the requests took at most, in milliseconds; not a number where there was none.</summary>
    public static double Percentile(this Visit[] visits, int percent)
    {
        var sorted = visits.Select(visit => visit.Took.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100.0) - 1)];
    }

    public static double Max(this Visit[] visits) => visits.Percentile(100);

    public static void Print(this Visit[] visits, string what) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {visits.Length} requests, p50/p99/max {visits.Percentile(50):F1}/{visits.Percentile(99):F1}/{visits.Max():F1} ms"));
}
