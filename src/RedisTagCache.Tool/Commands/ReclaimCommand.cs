using System.CommandLine;
using System.Globalization;
using RedisTagCache.Management;
using RedisTagCache.Tool.Output;
using Spectre.Console;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>reclaim</c>: frees the memory of invalidated entries.</summary>
internal static class ReclaimCommand
{
    private static readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only counts the entries that would be dropped." };
    private static readonly Option<string?> _otherBuilds = new("--other-builds-older-than")
    {
        Description = "Also drops entries of builds other than --build-namespace that are older than this, such as 90m, 12h or 7d.",
    };

    private static readonly Option<int> _pageSize = Numbers.Option("--page-size", [], "The number of keys in one step.", CacheScanPace.Default.PageSize, 10, 10_000);
    private static readonly Option<int> _pause = Numbers.Option("--pause", [], "The pause between two steps in milliseconds.", (int)CacheScanPace.Default.Pause.TotalMilliseconds, 0, 10_000);

    public static Command Create(ToolHost host)
    {
        var command = new Command("reclaim", "Drops entries that are invalidated by their tags and would use memory until they expire. Only one runs at a time in the whole fleet, at a gentle pace.")
        {
            _dryRun, _otherBuilds, _pageSize, _pause,
        }
            .Taking(CommonOptions.Prefix, CommonOptions.BuildNamespace, CommonOptions.Yes)
            .Refusing("invalidated entries are dropped in every region.", CommonOptions.Region)
            .Refusing("it writes no table.", CommonOptions.Wide);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(CommonOptions.BuildNamespace) is not null && result.GetResult(_otherBuilds) is null)
                result.AddError("--build-namespace has no effect without --other-builds-older-than: invalidated entries are dropped in every build.");
        });
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            var options = new CacheReclaimOptions
            {
                DryRun = parsed.GetValue(_dryRun),
                OtherBuildsOlderThan = parsed.GetValue(_otherBuilds) is { } text ? Parse(text) : null,
                Pace = new CacheScanPace(parsed.GetValue(_pageSize), TimeSpan.FromMilliseconds(parsed.GetValue(_pause))),
            };
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            if (options.OtherBuildsOlderThan is not null && session.Settings.BuildNamespace is null)
                throw new ToolException(ExitCode.Usage, "The build to keep is not specified.", "Add --build-namespace with the build that is in use.");
            await report.ConfirmAsync(parsed.GetValue(CommonOptions.Yes) || options.DryRun, $"Drop the invalidated entries of '{session.Settings.Prefix}' at {session.Settings.Where}?", cancellationToken);
            report.WhenStopped = options.DryRun ? Report.NothingDone : "Entries that were already dropped stay dropped.";

            var result = await RunAsync(session, options, report, cancellationToken);
            if (result.IsTakenElsewhere)
                throw new ToolException(ExitCode.Problem, "Another process is already reclaiming this cache.", "Wait until it ends. If it crashed, this command works again after at most 30 seconds.");
            report.Write(
                new { options.DryRun, result.LookedAt, result.DroppedInvalidated, result.DroppedOfOtherBuilds, result.Superseded, result.Bytes },
                () => report.Line(
                    $"{(options.DryRun ? "Would drop" : "Dropped")} {Shown.Count(result.DroppedInvalidated, "invalidated entry")} and {Shown.Count(result.DroppedOfOtherBuilds)} of other builds ({Shown.Bytes(result.Bytes)}). "
                    + $"{Shown.Count(result.LookedAt, "entry")} scanned. {Shown.Count(result.Superseded)} not dropped, because they were overwritten during the scan."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Task<CacheReclaimResult> RunAsync(Session session, CacheReclaimOptions options, Report report, CancellationToken cancellationToken)
    {
        if (!report.HasProgress)
            return session.Inspector.ReclaimAsync(options, progress: null, cancellationToken);
        return report.Terminal.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn()).StartAsync(context =>
        {
            var task = context.AddTask("reclaiming", maxValue: 1);
            return session.Inspector.ReclaimAsync(options, new Told(task), cancellationToken);
        });
    }

    private static TimeSpan Parse(string text)
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        if (!double.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 100_000)
            unit = ' ';
        return unit switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => throw new ToolException(ExitCode.Usage, "--other-builds-older-than must be a time.", "Use a form such as 90m, 12h or 7d."),
        };
    }

    private sealed class Told(ProgressTask task) : IProgress<CacheReclaimResult>
    {
        public void Report(CacheReclaimResult value)
        {
            task.Value = value.Fraction;
            task.Description = $"{Shown.Count(value.DroppedInvalidated + value.DroppedOfOtherBuilds)} of {Shown.Count(value.LookedAt)} dropped";
        }
    }
}
