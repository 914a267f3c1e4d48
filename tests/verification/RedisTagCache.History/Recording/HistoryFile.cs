using System.Globalization;
using System.Runtime.InteropServices;

namespace RedisTagCache.History.Recording;

/// <summary>The file of a process, read from its begin to its end as often as wanted.</summary>
internal sealed class HistoryFile(string path) : IHistory
{
    private const int AtOnce = 16 * 1024;

    /// <inheritdoc/>
    public WorkerId Worker { get; } = Parse(Path.GetFileNameWithoutExtension(path));

    public static string NameOf(WorkerId worker) => string.Create(CultureInfo.InvariantCulture, $"{worker.Index}-{worker.Life}.history");

    public static IReadOnlyList<HistoryFile> In(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.history").Order(StringComparer.Ordinal).Select(file => new HistoryFile(file))];

    /// <inheritdoc/>
    public IEnumerable<Operation> Read()
    {
        using var file = File.OpenRead(path);
        var header = new byte[Recorder.HeaderLength];
        file.ReadExactly(header);
        var left = MemoryMarshal.Read<long>(header);
        var block = new Operation[AtOnce];
        while (left > 0)
        {
            var count = (int)Math.Min(left, AtOnce);
            file.ReadExactly(MemoryMarshal.AsBytes(block.AsSpan(0, count)));
            left -= count;
            for (var i = 0; i < count; i++)
            {
                if (block[i].Kind != Kind.None)
                    yield return block[i];
            }
        }
    }

    private static WorkerId Parse(string name)
    {
        var parts = name.Split('-');
        return new WorkerId(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
