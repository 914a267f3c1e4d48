namespace RedisTagCache.TestSupport.Measuring;

/// <summary>What a value was early in the run, and what it was at the end: medians of two windows of the same length.</summary>
public sealed record Growth(double Early, double Late)
{
    /// <param name="seconds">When the values were taken.</param>
    /// <param name="values">Not a number where there was none.</param>
    /// <param name="warmUp">What comes before is left out.</param>
    /// <param name="window">The length of either window.</param>
    public static Growth Measure(double[] seconds, double[] values, TimeSpan warmUp, TimeSpan window)
    {
        var end = seconds.Length == 0 ? 0 : seconds[^1];
        return new Growth(MedianWithin(warmUp.TotalSeconds, (warmUp + window).TotalSeconds), MedianWithin(end - window.TotalSeconds, end));

        double MedianWithin(double from, double to) => Median([.. values.Where((value, i) => seconds[i] >= from && seconds[i] <= to && !double.IsNaN(value))]);
    }

    /// <summary>Whether it grew by no more than this share, or by no more than this amount.</summary>
    public bool IsWithin(double share, double amount) => Late <= Math.Max(Early * (1 + share), Early + amount);

    private static double Median(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
