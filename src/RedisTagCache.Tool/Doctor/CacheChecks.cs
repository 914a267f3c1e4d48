using System.Diagnostics;
using System.Globalization;
using RedisTagCache.Diagnostics.Advice;
using RedisTagCache.Tool.Output;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Checks how fast Redis responds, whether the clocks agree, and whether there is a cache that fits the settings of the application.</summary>
internal static class CacheChecks
{
    private const int Pings = 20;
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(10);

    public static async Task<Finding> RoundTripAsync(IDatabase database, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var taken = new List<TimeSpan>(Pings);
        try
        {
            for (var i = 0; i < Pings; i++)
            {
                var watch = Stopwatch.StartNew();
                await database.PingAsync(CommandFlags.DemandMaster).WaitAsync(timeout, cancellationToken);
                taken.Add(watch.Elapsed);
            }
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
        {
            return new Finding("round trip", Level.Error, "The server stopped responding.", "Check the log and the load of the server.");
        }

        taken.Sort();
        var median = taken[Pings / 2];
        var text = $"A round trip takes {Shown.Of(median)}, the longest of {Pings} {Shown.Of(taken[^1])}.";
        return median > _slow
            ? new Finding("round trip", Level.Warn, text, "Each lookup takes at least that long. Move the application and the server closer to each other, or check the load of the server (SLOWLOG GET).")
            : new Finding("round trip", Level.Ok, text);
    }

    public static async Task<Finding?> ClockAsync(IServer server, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            var reply = (string?[]?)await server.ExecuteAsync("TIME", (object[])[], CommandFlags.None).WaitAsync(timeout, cancellationToken) ?? [];
            var there = DateTimeOffset.FromUnixTimeSeconds(long.Parse(reply[0]!, CultureInfo.InvariantCulture)).AddMicroseconds(long.Parse(reply[1]!, CultureInfo.InvariantCulture));
            var ahead = there - (TimeProvider.System.GetUtcNow() - (watch.Elapsed / 2));
            var text = $"The server's clock is {Shown.Of(ahead.Duration())} {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} this machine's.";
            return ServerAdvice.AreClocksApart(ahead)
                ? new Finding("clock", Level.Warn, text, $"{ServerAdvice.ClockEffect} {ServerAdvice.ClockRemedy}")
                : new Finding("clock", Level.Ok, text);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or FormatException or IndexOutOfRangeException)
        {
            return null; // a server that does not send the time is found by the other checks
        }
    }

    public static async Task<Finding> LayoutAsync(IDatabase database, ToolSettings settings, int clusterPrimaries, CancellationToken cancellationToken)
    {
        const string Name = "layout";
        try
        {
            string? text = await database.StringGetAsync($"{{{settings.Prefix}:layout}}").WaitAsync(settings.Timeout, cancellationToken);
            if (text is null)
                return new Finding(Name, Level.Ok, $"No application has used the prefix '{settings.Prefix}' on this server yet.");
            if (!int.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return new Finding(Name, Level.Error, $"The key {{{settings.Prefix}:layout}} does not contain a number of partitions.", "Stop all instances, delete the key, and start the instances again. The cache is then empty.");
            if (settings.Partitions is { } asked && asked != count)
            {
                return new Finding(
                    Name, Level.Error, $"The fleet spreads its keys over {count} partitions, but the appsettings.json in this folder sets {asked}. An instance with this setting cannot connect.",
                    "Set Partitions to the same value everywhere, or remove it.");
            }

            return ConnectionAdvice.AreTooFewPartitions(clusterPrimaries, count)
                ? new Finding(Name, Level.Warn, $"The cluster has {clusterPrimaries} primaries, and the number of partitions is {count}: {ConnectionAdvice.TooFewPartitionsEffect}.", ConnectionAdvice.TooFewPartitionsRemedy)
                : new Finding(Name, Level.Ok, $"The fleet spreads its keys over {count} partition{(count == 1 ? "" : "s")}.");
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new Finding(Name, Level.Error, "The number of partitions cannot be read.", "See the other findings.");
        }
    }
}
