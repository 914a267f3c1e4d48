using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>Where, when and with what something was measured.</summary>
internal static class Surroundings
{
    public static IEnumerable<string> Lines(string redis) =>
        Machine().Append($"{RuntimeInformation.FrameworkDescription}, {redis}, {string.Join(", ", Versions())}");

    public static IEnumerable<string> Machine()
    {
        yield return FormattableString.Invariant($"{DateTime.UtcNow:yyyy-MM-dd}, library at {Commit.Describe()}");
        yield return FormattableString.Invariant($"{Processor()}, {Environment.ProcessorCount} cores shared by callers and server, {RuntimeInformation.OSDescription}, load before {Load()}");
    }

    private static IEnumerable<string> Versions() =>
        new[] { typeof(ConnectionMultiplexer), typeof(RedisCache), typeof(HybridCacheServiceExtensions), typeof(FusionCache) }
            .Select(static type => type.Assembly)
            .Append(Assembly.Load("Microsoft.AspNetCore.OutputCaching.StackExchangeRedis"))
            .Select(static assembly => $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}");

    private static string Processor() =>
        !File.Exists("/proc/cpuinfo") ? "an unknown processor" : File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "an unknown processor";

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
