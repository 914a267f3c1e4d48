using System.Buffers.Text;
using System.Globalization;

namespace RedisTagCache.Topology;

/// <summary>
/// The value of a partition's epoch key: <c>epoch:generation:run</c>, such as <c>1763862000000123:9f3c5a7e12d4b680:1f2e3d4c</c>.
/// </summary>
/// <remarks>
/// The epoch only grows. The generation is a nonce, renewed whenever the partition had to begin again because history was lost: entries of
/// another generation count as evicted. The run is the start of the server's replication id (zeros if an engine has none), stored again when a script finds another one. It distinguishes
/// two histories that may have issued the same numbers after a failover, so numbers are compared within one lineage (generation and run) only.
/// </remarks>
internal readonly record struct EpochStamp(long Epoch, ulong Generation, uint Run)
{
    /// <summary>The length of the longest text.</summary>
    public const int MaxLength = 19 + 1 + 16 + 1 + 8;

    private static readonly long _latest = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public bool IsSameLineage(in EpochStamp other) => Generation == other.Generation && Run == other.Run;

    public bool IsSameGeneration(in EpochStamp other) => Generation == other.Generation;

    /// <summary>Returns the time of an epoch: it is the server's time in microseconds, or barely above it where evictions come faster.</summary>
    public static DateTimeOffset TimeOf(long epoch) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(epoch, 0, _latest) * TimeSpan.TicksPerMicrosecond);

    public static bool TryParse(ReadOnlySpan<byte> text, out EpochStamp stamp)
    {
        stamp = default;
        if (!Utf8Parser.TryParse(text, out long epoch, out int used) || epoch <= 0 || !SkipColon(ref text, used)
            || !Utf8Parser.TryParse(text, out ulong generation, out used, 'x') || !SkipColon(ref text, used)
            || !Utf8Parser.TryParse(text, out uint run, out used, 'x') || used != text.Length)
        {
            return false;
        }

        stamp = new EpochStamp(epoch, generation, run);
        return true;
    }

    private static bool SkipColon(ref ReadOnlySpan<byte> text, int used)
    {
        if (used >= text.Length || text[used] != (byte)':')
            return false;
        text = text[(used + 1)..];
        return true;
    }

    /// <summary>The text as it stands in Redis.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}:{Generation:x16}:{Run:x8}");
}
