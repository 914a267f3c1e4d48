namespace RedisTagCache.Benchmarks.Scenarios;

internal static class Size
{
    public const int Small = 100;
    public const int Page = 1_024;
    public const int Large = 16 * 1_024;
    public const int Huge = 256 * 1_024;

    public static string Text(int bytes) => bytes < 1_024 ? FormattableString.Invariant($"{bytes} B") : FormattableString.Invariant($"{bytes / 1_024} KB");
}
