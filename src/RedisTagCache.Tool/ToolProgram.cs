using System.CommandLine;
using System.CommandLine.Help;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Output;
using StackExchange.Redis;

namespace RedisTagCache.Tool;

/// <summary>Puts the commands together and runs the one that was asked for.</summary>
internal static class ToolProgram
{
    public static async Task<int> RunAsync(string[] args, ToolHost host, CancellationToken cancellationToken)
    {
        var parsed = Build(host).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await host.Error.WriteLineAsync(error.Message);
            await host.Error.WriteLineAsync("redistagcache --help tells what there is.");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration { Output = host.Out, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    private static Command Build(ToolHost host)
    {
        var root = new Command("redistagcache", "Looks into a RedisTagCache in Redis, finds out what is wrong with it, evicts, removes and reclaims.")
        {
            new HelpOption(), // not those of a RootCommand, whose name is the file's
            new VersionOption(),
            DoctorCommand.Create(host),
            StatsCommand.Create(host),
            FindCommand.Create(host),
            InspectCommand.Create(host),
            MarkCommand.CreateEvict(host),
            MarkCommand.CreateExpire(host),
            RemoveCommand.Create(host),
            ReclaimCommand.Create(host),
            BenchCommand.Create(host),
        };
        CommonOptions.AddTo(root);
        return root;
    }

    /// <summary>Runs a command, and tells in one way what went wrong.</summary>
    public static void SetAction(Command command, ToolHost host, Func<ParseResult, Report, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new Report(host, parsed.GetValue(CommonOptions.Json));
            try
            {
                return await action(parsed, report, cancellationToken);
            }
            catch (ToolException e)
            {
                return report.Failed(e.Code, e.Message, e.Advice);
            }
            catch (OperationCanceledException)
            {
                return report.Failed(ExitCode.Problem, "Stopped before the end.", "What was done until then stays done.");
            }
            catch (ArgumentException e)
            {
                return report.Failed(ExitCode.Usage, e.Message, "redistagcache --help tells what is accepted.");
            }
            catch (Exception e) when (e is RedisTagCacheUnavailableException or RedisException or RedisCommandException or TimeoutException)
            {
                return report.Failed(ExitCode.Unreachable, e.Message, "redistagcache doctor looks for the cause.");
            }
        });
}
