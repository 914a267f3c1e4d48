using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RedisTagCache.Tool.Output;

/// <summary>Writes what a command has to say, for people or as JSON.</summary>
internal sealed class Report
{
    public const string NothingDone = "Nothing was changed.";
    public const string Unconfirmed = "Redis did not confirm the change, and may or may not have made it. Run the command again.";
    public const string PartlyRemoved = "Entries that were already removed stay removed.";

    /// <summary>Wide enough for an entry with as many and as long tags as there may be.</summary>
    private const int Unwrapped = 1_000_000;

    /// <summary>Enumerations as words, and times in seconds.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new SecondsConverter() },
    };

    private readonly ToolHost _host;

    public Report(ToolHost host, bool isJson)
    {
        _host = host;
        IsJson = isJson;
        Terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Out),
            Ansi = host.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = host.IsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!host.IsInteractive)
            Terminal.Profile.Width = Unwrapped;
    }

    public bool IsJson { get; }

    /// <summary>For tables and progress.</summary>
    public IAnsiConsole Terminal { get; }

    /// <summary>What to say about what was done, should it be stopped now.</summary>
    public string WhenStopped { get; set; } = NothingDone;

    public bool HasProgress => _host.IsInteractive && !IsJson;

    /// <summary>Writes JSON when that was asked for; else lets the other say it.</summary>
    public void Write(object value, Action people)
    {
        if (IsJson)
            _host.Out.WriteLine(JsonSerializer.Serialize(value, Json));
        else
            people();
    }

    /// <summary>Heeds <c>--wide</c>.</summary>
    /// <exception cref="ToolException">There is no table to widen.</exception>
    public void Widen(ParseResult parsed)
    {
        if (!parsed.GetValue(CommonOptions.Wide))
            return;
        if (IsJson)
            throw new ToolException(ExitCode.Usage, "--wide has no effect with --json.", "Remove one of them.");
        Terminal.Profile.Width = Unwrapped;
    }

    /// <summary>Shows a table with keys or tags, and says how they can be copied where it had to be folded.</summary>
    public void Show(Table table)
    {
        Terminal.Write(table);
        if (_host.IsInteractive && ((IRenderable)table).Measure(RenderOptions.Create(Terminal), Unwrapped).Max > Terminal.Profile.Width)
            Line("Long rows were wrapped to fit this terminal. Add --wide to keep each on one line.");
    }

    public void Line(string text) => _host.Out.WriteLine(Shown.Of(text));

    public int Failed(int code, string message, string advice)
    {
        if (IsJson)
        {
            _host.Out.WriteLine(JsonSerializer.Serialize(new { error = message, advice }, Json));
            return code;
        }

        _host.Error.WriteLine(Shown.Of(message));
        _host.Error.WriteLine("  " + Shown.Of(advice));
        return code;
    }

    /// <summary>Asks before something is destroyed.</summary>
    /// <exception cref="ToolException">The answer is no, it was stopped at the question, or nobody is there to give an answer.</exception>
    public async Task ConfirmAsync(bool isAgreed, string question, CancellationToken cancellationToken)
    {
        if (isAgreed)
            return;
        if (!_host.IsInteractive || IsJson)
            throw new ToolException(ExitCode.Usage, "This command needs a confirmation, and there is no terminal to ask for it.", "Add --yes to confirm.");
        _host.Out.Write(Shown.Of(question) + " [y/N] ");
        string? answer;
        try
        {
            // A terminal cannot be asked to stop reading: the thread that reads is left behind.
            answer = await Task.Run(_host.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _host.Out.WriteLine();
            throw new ToolException(ExitCode.Problem, "Canceled at the prompt.", NothingDone);
        }

        if (answer?.Trim() is not ("y" or "Y" or "yes"))
            throw new ToolException(ExitCode.Usage, "Not confirmed. " + NothingDone, "Answer y, or add --yes.");
    }

    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)));
        return table;
    }

    public static void Row(Table table, params string?[] cells) => table.AddRow(cells.Select(static cell => new Text(Shown.Of(cell ?? ""))));

    private sealed class SecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalSeconds);
    }
}
