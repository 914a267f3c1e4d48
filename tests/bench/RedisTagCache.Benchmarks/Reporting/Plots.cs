using ScottPlot;
using ScottPlot.TickGenerators;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>The throughput of a scenario as bars, with the middle half of the rounds.</summary>
internal static class Plots
{
    private const int Width = 760;
    private const int HeightOfEach = 34;
    private static readonly Color _ours = Color.FromHex("#1f77b4");
    private static readonly Color _others = Color.FromHex("#9aa5b1");

    public static void Save(LoadResult result, string file)
    {
        var series = result.Series.Reverse().ToList();
        var plot = new Plot();
        for (var i = 0; i < series.Count; i++)
        {
            var speed = series[i].PerSecond;
            var bar = plot.Add.Bar(i, speed.Median);
            bar.Horizontal = true;
            bar.Color = series[i].Name.StartsWith(nameof(RedisTagCache), StringComparison.Ordinal) ? _ours : _others;
            plot.Add.Line(speed.Lower, i, speed.Upper, i).Color = Colors.Black;
        }

        plot.Font.Set("DejaVu Sans");
        plot.Axes.Left.TickGenerator = new NumericManual([.. series.Select(static (_, i) => (double)i)], [.. series.Select(static one => one.Name)]);
        plot.Axes.Title.Label.Text = $"{result.Scenario.Name}: operations a second";
        plot.Axes.Title.Label.FontSize = 14;
        plot.Axes.Margins(left: 0);
        plot.HideGrid();
        plot.SaveSvg(file, Width, 90 + HeightOfEach * series.Count);
    }
}
