using ScottPlot;
using ScottPlot.TickGenerators;

namespace RedisTagCache.Soak.Reporting;

/// <summary>The samples as pictures, one below the other over the same time, with a faint line at each fault.</summary>
internal static class Plots
{
    private const int Width = 1200;
    private const int HeightOfEach = 190;
    private const double LegendRoom = 0.35;
    private const double Mb = 1024 * 1024;

    private static readonly Color _first = Color.FromHex("#1f77b4");
    private static readonly Color _second = Color.FromHex("#e07b00");
    private static readonly Color _third = Color.FromHex("#3a8f3a");
    private static readonly Color _fault = Colors.Red.WithAlpha(0.18);

    public static void Save(SampleTable samples, IReadOnlyList<FaultTime> faults, string file)
    {
        Panel[] panels =
        [
            new("Hit ratio of output caching, %", 100, [new("hit_ratio", "", _first)]) { Top = 105 },
            new("Latency of articles and sections, ms", 1, [new("p50_ms", "p50", _first), new("p99_ms", "p99", _second)]) { IsLogarithmic = true },
            new("Latency of what waits for the names in the news (1 s to compute), ms", 1, [new("computed_p50_ms", "p50", _first), new("computed_p99_ms", "p99", _second)]) { IsLogarithmic = true },
            new("Managed heap, MB", 1 / Mb, [new("a_heap_live", "a after a collection", _first), new("b_heap_live", "b after a collection", _second), new("a_heap", "a at any time", _first.WithAlpha(0.3))]),
            new("Resident memory, MB", 1 / Mb, [new("a_rss", "a", _first), new("b_rss", "b", _second)]),
            new("Threads", 1, [new("a_threads", "a", _first), new("b_threads", "b", _second)]),
            new("Memory of Redis, MB", 1 / Mb, [new("redis_memory", "", _first)]),
            new("Keys in Redis, without junk", 1, [new("redis_keys", "", _first)]),
            new("Evicted tags: in Redis, and in the tag states", 1, [new("a_tag_state_tags", "tag state a", _first), new("b_tag_state_tags", "tag state b", _second), new("redis_marks", "Redis", _third)])
        ];

        var all = new Multiplot();
        all.AddPlots(panels.Length);
        var minutes = samples["seconds"].Select(s => s / 60).ToArray();
        for (var i = 0; i < panels.Length; i++)
            Draw(all.GetPlot(i), panels[i], samples, minutes, faults);
        all.GetPlot(panels.Length - 1).XLabel("minutes (a red line is a fault)", size: 13);
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

        plot.Axes.AutoScale();
        if (minutes.Length > 0) plot.Axes.SetLimitsX(0, minutes[^1]);
        SetHeight(plot, panel);
        Dress(plot, panel);
    }

    /// <summary>With room for the legend above the lines.</summary>
    private static void SetHeight(Plot plot, Panel panel)
    {
        var room = panel.Lines.Length > 1 ? LegendRoom : 0.1;
        var limits = plot.Axes.GetLimits();
        if (panel.IsLogarithmic) plot.Axes.SetLimitsY(Math.Floor(limits.Bottom), limits.Top + room * (limits.Top - limits.Bottom));
        else plot.Axes.SetLimitsY(0, panel.Top ?? limits.Top * (1 + room));
    }

    private static void Dress(Plot plot, Panel panel)
    {
        plot.Font.Set("DejaVu Sans");
        plot.Axes.Title.Label.Text = panel.Title;
        plot.Axes.Title.Label.FontSize = 14;
        plot.Axes.Title.Label.Alignment = Alignment.LowerCenter;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.08);
        plot.Axes.Top.FrameLineStyle.IsVisible = plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Left.MinimumSize = plot.Axes.Left.MaximumSize = 70;
        plot.Axes.Right.MinimumSize = 25;
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { MinimumTickSpacing = 60, MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1) };
        plot.Axes.Left.TickGenerator = panel.IsLogarithmic
            ? Decades()
            : new NumericAutomatic { MinimumTickSpacing = 25, MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1) };
        if (panel.Lines.Length == 1) return;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.BackgroundColor = Colors.White.WithAlpha(0.7);
        plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal);
    }

    private static NumericManual Decades()
    {
        double[] exponents = [-1, 0, 1, 2, 3, 4];
        return new NumericManual(exponents, [.. exponents.Select(e => FormattableString.Invariant($"{Math.Pow(10, e):#,0.#}"))]);
    }

    private sealed record Series(string Column, string Name, Color Color);

    private sealed record Panel(string Title, double Factor, Series[] Lines)
    {
        public double? Top { get; init; }

        public bool IsLogarithmic { get; init; }
    }
}
