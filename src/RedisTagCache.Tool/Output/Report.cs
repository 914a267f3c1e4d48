using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace RedisTagCache.Tool.Output;

/// <summary>Writes what a command has to say, for people or as JSON.</summary>
internal sealed class Report
{
    private const int WidthOfFiles = 1_000;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
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
            Terminal.Profile.Width = WidthOfFiles;
    }

    public bool IsJson { get; }

    /// <summary>For tables and progress.</summary>
    public IAnsiConsole Terminal { get; }

    public bool HasProgress => _host.IsInteractive && !IsJson;

    /// <summary>Writes JSON when that was asked for; else lets the other say it.</summary>
    public void Write(object value, Action people)
    {
        if (IsJson)
            _host.Out.WriteLine(JsonSerializer.Serialize(value, _json));
        else
            people();
    }

    public void Line(string text) => _host.Out.WriteLine(Shown.Of(text));

    public int Failed(int code, string message, string advice)
    {
        if (IsJson)
        {
            _host.Out.WriteLine(JsonSerializer.Serialize(new { error = message, advice }, _json));
            return code;
        }

        _host.Error.WriteLine(Shown.Of(message));
        _host.Error.WriteLine("  " + Shown.Of(advice));
        return code;
    }

    /// <summary>Asks before something is destroyed.</summary>
    /// <exception cref="ToolException">The answer is no, or nobody is there to give one.</exception>
    public void Confirm(bool isAgreed, string question)
    {
        if (isAgreed)
            return;
        if (!_host.IsInteractive || IsJson)
            throw new ToolException(ExitCode.Usage, "Nobody is there to confirm this.", "Say --yes when it is meant.");
        _host.Out.Write(Shown.Of(question) + " [y/N] ");
        if (_host.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new ToolException(ExitCode.Usage, "Not done.", "Answer y, or say --yes.");
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
