using System.Globalization;

namespace RedisTagCache.Soak.Web;

/// <summary>What a web process holds just now, by name: what it says itself through the startup hook, and what the system says.</summary>
internal sealed class ProcessSample(IReadOnlyDictionary<string, double> values)
{
    public static ProcessSample None { get; } = new(new Dictionary<string, double>());

    public double? this[string name] => values.TryGetValue(name, out var value) ? value : null;

    public static ProcessSample Read(int process, string probeFile)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        try
        {
            foreach (var line in File.ReadLines(probeFile))
                Add(line.Split(' '), 1);
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) Add(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries), 1024);
                if (line.StartsWith("Threads:", StringComparison.Ordinal)) Add(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries), 1);
            }
        }
        catch (IOException)
        {
            // The process has just been started, or has ended.
        }

        return new ProcessSample(values);

        void Add(string[] parts, double unit) => values[parts[0]] = double.Parse(parts[1], CultureInfo.InvariantCulture) * unit;
    }
}
