using System.Globalization;

namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>What a process has used so far.</summary>
/// <param name="Bytes">Allocated.</param>
/// <param name="Processor">In seconds.</param>
internal readonly record struct ProcessState(long Bytes, double Processor)
{
    public static ProcessState Now() => new(GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime.TotalSeconds);

    public static ProcessState Parse(string text)
    {
        var parts = text.Split(' ');
        return new ProcessState(long.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public static ProcessState operator +(ProcessState one, ProcessState other) => new(one.Bytes + other.Bytes, one.Processor + other.Processor);

    public static ProcessState operator -(ProcessState one, ProcessState other) => new(one.Bytes - other.Bytes, one.Processor - other.Processor);

    public override string ToString() => FormattableString.Invariant($"{Bytes} {Processor}");
}
