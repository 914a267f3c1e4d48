using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Mcp;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool;

/// <summary>Puts the commands together and runs the one that was asked for.</summary>
internal static class ToolProgram
{
    private const string Advice = "To list the commands and options, run redistagcache --help.";

    public static async Task<int> RunAsync(string[] args, ToolHost host, CancellationToken cancellationToken)
    {
        // Tags of paths begin with '@', which by default would name a file with more arguments.
        var parsed = Build(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var errors = parsed.Errors.Select(static error => error.Message).Concat(MistakenOptions(parsed)).Concat(EmptyValues(parsed)).ToList();
        if (errors.Count > 0)
        {
            if (IsJson(parsed))
                return new Report(host, isJson: true).Failed(ExitCode.Usage, string.Join(' ', errors), Advice);
            foreach (var error in errors)
                await host.Error.WriteLineAsync(Shown.Of(error));
            await host.Error.WriteLineAsync(Advice);
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration { Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>Returns whether JSON was asked for, also on a command line that is wrong.</summary>
    private static bool IsJson(ParseResult parsed) => parsed.GetResult(CommonOptions.Json) is { Implicit: false } given && given.Tokens is not [{ Value: "false" }];

    private static Command Build(ToolHost host)
    {
        var root = new Command("redistagcache", "Inspects and diagnoses a RedisTagCache in Redis, and evicts, removes and reclaims entries.")
        {
            new HelpOption(), // not those of a RootCommand, because its name is that of the file
            new VersionOption(),
            DoctorCommand.Create(host),
            StatsCommand.Create(host),
            FindCommand.Create(host),
            InspectCommand.Create(host),
            InvalidateCommand.CreateEvict(host),
            InvalidateCommand.CreateExpire(host),
            RemoveCommand.Create(host),
            ReclaimCommand.Create(host),
            BenchCommand.Create(host),
            McpCommand.Create(host),
        };
        CommonOptions.AddTo(root);
        return root;
    }

    /// <summary>Options that do not exist would be taken for tags or keys where a command takes those.</summary>
    private static IEnumerable<string> MistakenOptions(ParseResult parsed)
    {
        var all = parsed.Tokens.ToList();
        var end = all.FindIndex(static token => token.Type == TokenType.DoubleDash);
        return from argument in parsed.CommandResult.Children.OfType<ArgumentResult>()
               from token in argument.Tokens
               where token.Value is ['-', _, ..] && (end < 0 || all.FindIndex(other => ReferenceEquals(other, token)) is var at && at < end)
               select $"'{token.Value}' is not an option of '{parsed.CommandResult.Command.Name}'. If it is a tag or a key, write -- before it.";
    }

    /// <summary>An empty value comes from a variable without one. It would be taken for all, or for nothing.</summary>
    private static IEnumerable<string> EmptyValues(ParseResult parsed)
    {
        for (SymbolResult? command = parsed.CommandResult; command is not null; command = command.Parent)
        {
            foreach (var child in ((CommandResult)command).Children)
            {
                var (name, type) = child switch
                {
                    ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType),
                    OptionResult option => (option.Option.Name, option.Option.ValueType),
                    _ => ("", typeof(void)),
                };
                if ((type == typeof(string) || type == typeof(string[])) && child.Tokens.Any(static token => token.Value.Length == 0))
                    yield return $"{name} must not be empty.";
            }
        }
    }

    /// <summary>Runs a command, and reports every failure in the same way.</summary>
    public static void SetAction(Command command, ToolHost host, Func<ParseResult, Report, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(host, parsed.GetValue(CommonOptions.Json));
            try
            {
                return await action(parsed, report, cancellationToken);
            }
            catch (Exception e) when (Failure.Of(e, report.WhenStopped) is { } failure)
            {
                return report.Failed(failure.Code, failure.Message, failure.Advice);
            }
        });
}
