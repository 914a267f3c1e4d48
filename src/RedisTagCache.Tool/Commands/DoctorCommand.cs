using System.CommandLine;
using RedisTagCache.Tool.Doctor;
using RedisTagCache.Tool.Output;
using Spectre.Console;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>doctor</c>: checks whether the servers meet the requirements of the cache, and states the fixes.</summary>
internal static class DoctorCommand
{
    public static Command Create(ToolHost host)
    {
        var command = new Command("doctor", "Checks whether the servers meet the requirements of the cache, and shows problems and how to fix them. Leaves nothing behind.")
            .Taking(CommonOptions.Prefix)
            .Refusing("it looks at the servers, not at entries.", CommonOptions.Region, CommonOptions.BuildNamespace)
            .Refusing("it asks nothing.", CommonOptions.Yes)
            .Refusing("it wraps no keys.", CommonOptions.Wide);
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            var settings = ToolSettings.Of(parsed, host);
            var (findings, isConnected) = await Checkup.RunAsync(settings, isReadOnly: false, cancellationToken);
            var worst = findings.Max(static finding => finding.Level);
            report.Write(new { worst, findings }, () => Show(report, findings));
            return !isConnected ? ExitCode.Unreachable : worst == Level.Error ? ExitCode.Problem : ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Report report, IReadOnlyList<Finding> findings)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var finding in findings)
        {
            var (word, color) = finding.Level switch { Level.Ok => ("ok", Color.Green), Level.Warn => ("warn", Color.Yellow), _ => ("error", Color.Red) };
            grid.AddRow(new Text(word, new Style(color)), new Text(finding.Check), new Text(Shown.Of(finding.Message)));
            if (finding.Advice is not null)
                grid.AddRow(new Text(""), new Text(""), new Text("-> " + Shown.Of(finding.Advice)));
        }

        report.Terminal.Write(grid);
        var (errors, warnings) = (findings.Count(static f => f.Level == Level.Error), findings.Count(static f => f.Level == Level.Warn));
        report.Line(errors + warnings == 0 ? "No problems found." : $"{Shown.Count(errors, "error")}, {Shown.Count(warnings, "warning")}.");
    }
}
