using System.Diagnostics.Metrics;
using System.Globalization;

/// <summary>
/// Runs in the web processes, before their own code, so that the sample can be measured as it is. It writes what only the process itself knows
/// into the file that SOAK_PROBE names, a <c>name value</c> a line, and needs nothing but the framework.
/// </summary>
/// <remarks>
/// The heap of a process with little to do grows until it is worth a collection. What is really held shows only after one, so one is forced
/// twice a minute.
/// </remarks>
internal static class StartupHook
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);
    private static readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("SOAK_PROBE") is not { } file) return;
        new Thread(() => Run(file)) { IsBackground = true, Name = "soak probe" }.Start();
    }

    private static void Run(string file)
    {
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.IsObservable && instrument.Meter.Name.StartsWith("RedisTagCache", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>(static (instrument, value, _, _) => _values[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>(static (instrument, value, _, _) => _values[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>(static (instrument, value, _, _) => _values[instrument.Name] = value);
        listener.Start();

        for (var round = 0; ; round++)
        {
            Thread.Sleep(_interval);
            listener.RecordObservableInstruments();
            _values["heap"] = GC.GetTotalMemory(false);
            _values["pool_threads"] = ThreadPool.ThreadCount;
            if (round % 6 == 5)
            {
                GC.Collect();
                _values["heap_live"] = GC.GetTotalMemory(false);
            }

            Write(file);
        }
    }

    /// <summary>By renaming, so that a reader never sees half of it.</summary>
    private static void Write(string file)
    {
        File.WriteAllLines(file + ".new", _values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} {v.Value}")));
        File.Move(file + ".new", file, overwrite: true);
    }
}
