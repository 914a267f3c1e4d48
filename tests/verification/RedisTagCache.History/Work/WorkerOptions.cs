using System.Globalization;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>The command line of a worker.</summary>
/// <param name="Folder">Where the database and the files of all workers lie.</param>
/// <param name="Redis">The end points, as a connection string.</param>
/// <param name="Worker">Who it is.</param>
/// <param name="Rate">Reads a second.</param>
/// <param name="Edits">Evictions, removals and such a second.</param>
/// <param name="ReturnsCopiesInOutages">As in the options of the library.</param>
/// <param name="Broken">What it does wrong.</param>
internal sealed record WorkerOptions(string Folder, string Redis, WorkerId Worker, int Rate, int Edits, bool ReturnsCopiesInOutages, Broken Broken)
{
    /// <summary>The first argument of a process that is to be a worker.</summary>
    public const string Verb = "worker";

    public IEnumerable<string> ToArguments() =>
    [
        Verb, Folder, Redis, Text(Worker.Index), Text(Worker.Life), Text(Rate), Text(Edits), ReturnsCopiesInOutages ? "1" : "0", Broken.ToString()
    ];

    public static WorkerOptions Parse(ReadOnlySpan<string> arguments) => new(
        arguments[1],
        arguments[2],
        new WorkerId(Number(arguments[3]), Number(arguments[4])),
        Number(arguments[5]),
        Number(arguments[6]),
        arguments[7] == "1",
        Enum.Parse<Broken>(arguments[8]));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
