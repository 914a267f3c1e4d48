using System.Diagnostics;
using RedisTagCache.History.Recording;
using RedisTagCache.History.Work;

namespace RedisTagCache.History.Checking;

/// <summary>Tells operations to people, with times since the begin of the run.</summary>
internal sealed class Teller(Circumstances circumstances, long zero)
{
    public string Tell(WorkerId worker, in Operation read, in Change change) =>
        $"{Tell(worker, read)}; {change.Kind} of {NameOf(change)} by {change.By} had been confirmed ({Time(change.Start)} to {Time(change.End)})";

    public string Tell(WorkerId worker, in Operation operation)
    {
        var during = circumstances.At(operation.Start) is { } fault ? $" during '{fault.Name}'" : "";
        return FormattableString.Invariant(
            $"{worker} {operation.Kind} of {NameOfKey(operation.Target)} ({Plan.UseOf(operation.Target)}), {Time(operation.Start)} to {Time(operation.End)}{during}, gave {operation.Outcome}: version {operation.Version}, {(operation.IsSet ? "set" : "startedAt")} {Time(operation.StartedAt)}");
    }

    public string TellChange(WorkerId worker, in Operation change) =>
        $"{worker} {change.Kind} of {NameOfKey(change.Target)}, {Time(change.Start)} to {Time(change.End)}{(circumstances.At(change.Start) is { } fault ? $" during '{fault.Name}'" : "")}, gave {change.Outcome}";

    public string Time(long stamp) => FormattableString.Invariant($"{(double)(stamp - zero) / Stopwatch.Frequency:0.000000}");

    private static string NameOf(in Change change) => change.Kind == Kind.Remove
        ? NameOfKey(change.Target)
        : $"{Plan.NameOfTag(change.Target)}{OfCache(change.Target / Plan.TagsOfEach)}";

    private static string NameOfKey(int key) => $"{Plan.NameOfKey(key)}{OfCache(Plan.CacheOf(key))}";

    private static string OfCache(int cache) => cache == 0 ? "" : $" of the cache {Plan.PrefixOf(cache)}";
}
