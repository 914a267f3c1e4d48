using ScottPlot;
using ScottPlot.TickGenerators;

namespace RedisTagCache.Soak.Reporting;

/// <summary>The samples as pictures, one below the other over the same time, with a faint line at each fault.</summary>
internal static class Plots
{
    private const int Width = 1200;
    private const int HeightOfEach = 190;
    private const double Mb = 1024 * 1024;

    private static readonly Color _first = Color.FromHex("#1f77b4");
    private static readonly Color _second = Color.FromHex("#e07b00");
    private static readonly Color _third = Color.FromHex("#3a8f3a");
    private static readonly Color _fault = Colors.Red.WithAlpha(0.18);

    public static void Save(SampleTable samples, IReadOnlyList<FaultTime> faults, string file)
    {
        Panel[] panels =
        [
            new("Hit ratio of output caching, %", 100, [new("hit_ratio", "", _first)]) { Bottom = 0, Top = 105 },
            new("Latency of articles and sections, ms", 1, [new("p50_ms", "p50", _first), new("p99_ms", "p99", _second)]) { IsLogarithmic = true },
            new("Latency of what waits for the names in the news (1 s to compute), ms", 1, [new("computed_p50_ms", "p50", _first), new("computed_p99_ms", "p99", _second)]) { IsLogarithmic = true },
            new("Managed heap, MB", 1 / Mb, [new("a_heap_live", "a, after collection", _first), new("b_heap_live", "b, after collection", _second), new("a_heap", "a", _first.WithAlpha(0.3))]) { Bottom = 0 },
            new("Resident memory, MB", 1 / Mb, [new("a_rss", "a", _first), new("b_rss", "b", _second)]) { Bottom = 0 },
            new("Threads", 1, [new("a_threads", "a", _first), new("b_threads", "b", _second)]) { Bottom = 0 },
            new("Memory of Redis, MB", 1 / Mb, [new("redis_memory", "", _first)]) { Bottom = 0 },
            new("Keys in Redis, without junk", 1, [new("redis_keys", "", _first)]) { Bottom = 0 },
            new("Marks: in Redis, and in the mirrors", 1, [new("a_mirror_marks", "mirror a", _first), new("b_mirror_marks", "mirror b", _second), new("redis_marks", "Redis", _third)]) { Bottom = 0 }
        ];

        var all = new Multiplot();
        all.AddPlots(panels.Length);
        var minutes = samples["seconds"].Select(s => s / 60).ToArray();
        for (var i = 0; i < panels.Length; i++)
            Draw(all.GetPlot(i), panels[i], samples, minutes, faults);
        all.GetPlot(panels.Length - 1).XLabel("minutes; a red line is a fault");
        all.Layout = new ScottPlot.MultiplotLayouts.Rows();
        all.SavePng(file, Width, HeightOfEach * panels.Length);
    }

    private static void Draw(Plot plot, Panel panel, SampleTable samples, double[] minutes, IReadOnlyList<FaultTime> faults)
    {
        foreach (var fault in faults)
            plot.Add.VerticalLine(fault.At.TotalMinutes, 1, _fault);

        foreach (var line in panel.Lines)
        {
            var values = samples[line.Column].Select(v => panel.IsLogarithmic ? Math.Log10(Math.Max(v, 0.01)) : v * panel.Factor).ToArray();
            var scatter = plot.Add.ScatterLine(minutes, values, line.Color);
            scatter.LineWidth = 1.6f;
            scatter.LegendText = line.Name;
        }

        plot.Axes.Title.Label.Text = panel.Title;
        plot.Axes.Title.Label.FontSize = 15;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.07);
        plot.Axes.Margins(0, 0.1);
        plot.Axes.AutoScale();
        if (minutes.Length > 0) plot.Axes.SetLimitsX(0, minutes[^1]);
        if (panel.Bottom is { } bottom) plot.Axes.SetLimitsY(bottom, panel.Top ?? plot.Axes.GetLimits().Top);
        if (panel.IsLogarithmic) UseDecades(plot);
        plot.Axes.Left.MinimumSize = plot.Axes.Left.MaximumSize = 70;
        plot.Axes.Right.MinimumSize = 20;
        if (panel.Lines.Length > 1) plot.ShowLegend(Alignment.UpperLeft, Orientation.Horizontal);
    }

    private static void UseDecades(Plot plot) => plot.Axes.Left.TickGenerator = new NumericAutomatic
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = static exponent => FormattableString.Invariant($"{Math.Pow(10, exponent):0.##}")
    };

    private sealed record Series(string Column, string Name, Color Color);

    private sealed record Panel(string Title, double Factor, Series[] Lines)
    {
        public double? Bottom { get; init; }

        public double? Top { get; init; }

        public bool IsLogarithmic { get; init; }
    }
}
