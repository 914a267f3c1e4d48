using System.Globalization;
using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>What a server has worked so far, as it tells itself.</summary>
internal sealed class ServerState
{
    private readonly Dictionary<string, string> _facts;
    private readonly int _length;

    private ServerState(string text)
    {
        _length = text.Length;
        _facts = text.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        Commands = _facts.Where(fact => fact.Key.StartsWith("cmdstat_", StringComparison.Ordinal) && fact.Key != "cmdstat_info")
            .ToDictionary(fact => fact.Key["cmdstat_".Length..], fact => CommandCount.Parse(fact.Value));
    }

    /// <summary>Processor time, in seconds.</summary>
    public double Processor => Number("used_cpu_user") + Number("used_cpu_sys");

    public double NetworkBytes => Number("total_net_input_bytes") + Number("total_net_output_bytes");

    public double Memory => Number("used_memory");

    public string Version => _facts.TryGetValue("valkey_version", out var version) ? $"Valkey {version}" : $"Redis {_facts["redis_version"]}";

    public IReadOnlyDictionary<string, CommandCount> Commands { get; }

    public static async Task<ServerState> ReadAsync(IDatabase database) => new((string)(await database.ExecuteAsync("INFO", "all"))!);

    /// <summary>What was worked from then to now, without the telling itself.</summary>
    public ServerWork Since(ServerState before) => new(
        Processor - before.Processor,
        NetworkBytes - before.NetworkBytes - before._length,
        Commands.Select(now => (now.Key, Count: now.Value.Since(before.Commands.GetValueOrDefault(now.Key)))).Where(now => now.Count.Calls > 0).ToDictionary(now => now.Key, now => now.Count));

    private double Number(string name) => double.Parse(_facts[name], CultureInfo.InvariantCulture);
}
