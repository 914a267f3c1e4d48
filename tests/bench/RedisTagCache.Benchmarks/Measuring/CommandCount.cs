using System.Globalization;

namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>How often a command ran, those within scripts included, and for how long.</summary>
internal readonly record struct CommandCount(double Calls, double Microseconds)
{
    /// <param name="text">Such as <c>calls=5,usec=14,usec_per_call=2.80</c>.</param>
    public static CommandCount Parse(string text)
    {
        var parts = text.Split(',');
        return new CommandCount(Number(parts[0]), Number(parts[1]));
    }

    public CommandCount Since(CommandCount before) => new(Calls - before.Calls, Microseconds - before.Microseconds);

    public static CommandCount operator +(CommandCount one, CommandCount other) => new(one.Calls + other.Calls, one.Microseconds + other.Microseconds);

    private static double Number(string part) => double.Parse(part.Split('=')[1], CultureInfo.InvariantCulture);
}
