using System.Runtime.InteropServices;

namespace RedisTagCache.History.Recording;

/// <summary>
/// One record, as it lies in the file of its process. Times are time stamps of <see cref="System.Diagnostics.Stopwatch"/>: on Linux one clock
/// for all processes.
/// </summary>
/// <param name="Kind">What was done.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="IsSet">Whether the value of a read was set by a caller, not computed.</param>
/// <param name="Target">The number of the key, or of the tag.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it had ended.</param>
/// <param name="Version">The version of the key in the database that the value shows.</param>
/// <param name="StartedAt">When the computation of the value had started, at the latest.</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct Operation(
    Kind Kind, Outcome Outcome, bool IsSet, int Target, long Start, long End, long Version = 0, long StartedAt = 0);
