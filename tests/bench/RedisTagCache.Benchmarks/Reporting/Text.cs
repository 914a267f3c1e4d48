using System.Globalization;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>Numbers as people read them: three places that matter, and no more.</summary>
internal static class Text
{
    public const string None = "-";

    public static string Number(double? number) => number switch
    {
        null or double.NaN => None,
        >= 100 => number.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => number.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    public static string Range(Spread spread) => $"{Number(spread.Lower)} to {Number(spread.Upper)}";

    public static string Ratio(double ratio) => double.IsFinite(ratio) ? ratio.ToString(ratio >= 100 ? "N0" : "0.00", CultureInfo.InvariantCulture) : None;
}
