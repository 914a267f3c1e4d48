using RedisTagCache.Tool.Output;
using StackExchange.Redis;

namespace RedisTagCache.Tool;

/// <summary>What to say about an exception that ended a command or a call.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Message">What happened.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record Failure(int Code, string Message, string Advice)
{
    /// <summary>Returns none for exceptions that are not expected.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="whenStopped">What to say if it was stopped.</param>
    public static Failure? Of(Exception exception, string whenStopped = Report.NothingDone) => exception switch
    {
        ToolException e => new(e.Code, e.Message, e.Advice),
        OperationCanceledException => new(ExitCode.Problem, "Canceled before the end.", whenStopped),
        ArgumentException => new(ExitCode.Usage, exception.Message, "To list the commands and options, run redistagcache --help."),

        // An application would retry it. Here, the connection ends with the command.
        RedisTagCacheUnavailableException { Tags.Count: > 0 } => new(ExitCode.Unreachable, $"The change failed: {(exception.InnerException ?? exception).Message}", Report.Unconfirmed),
        RedisTagCacheUnavailableException or RedisException or RedisCommandException or TimeoutException =>
            new(ExitCode.Unreachable, exception.Message, "To find the cause, run redistagcache doctor."),
        _ => null,
    };
}
