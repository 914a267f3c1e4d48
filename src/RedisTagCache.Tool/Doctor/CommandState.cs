using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>What the trial of a command has shown about it.</summary>
internal enum CommandState
{
    /// <summary>The server ran it, or rejected it for a reason that has nothing to do with permissions.</summary>
    Permitted,

    /// <summary>The user may not use it.</summary>
    Refused,

    /// <summary>The server does not have it, or it is turned off there or in the connection string.</summary>
    NotAvailable,

    /// <summary>There was no answer in time, so nothing is known.</summary>
    NotAnswered,
}

/// <summary>A command that failed when it was tried.</summary>
/// <param name="Command">Its name.</param>
/// <param name="State">What that shows.</param>
/// <param name="Error">The error.</param>
internal sealed record FailedCommand(string Command, CommandState State, string Error)
{
    /// <summary>What servers, proxies, and the client say of commands that they do not have. There is no code for it.</summary>
    private static readonly string[] _unavailable = ["unknown command", "unknown subcommand", "unsupported command", "not supported", "not implemented", "not allowed", "disabled", "command is not available"];

    public FailedCommand(string command, Exception exception)
        : this(command, StateOf(exception), exception.Message)
    {
    }

    /// <summary>Gets the code at the beginning of the error.</summary>
    public string Code => Error.Split(' ', 2)[0];

    public static CommandState StateOf(Exception exception) => exception switch
    {
        TimeoutException or RedisConnectionException => CommandState.NotAnswered,
        _ when exception.Message.StartsWith("NOPERM", StringComparison.Ordinal) => CommandState.Refused,
        RedisCommandException => CommandState.NotAvailable, // the client does not send it
        _ when exception.Message.StartsWith("ERR", StringComparison.Ordinal) && Array.Exists(_unavailable, part => exception.Message.Contains(part, StringComparison.OrdinalIgnoreCase)) =>
            CommandState.NotAvailable,
        _ => CommandState.Permitted,
    };
}
