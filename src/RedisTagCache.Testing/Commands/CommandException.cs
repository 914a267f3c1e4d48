namespace RedisTagCache.Testing.Commands;

/// <summary>An error that is the reply to a command.</summary>
/// <param name="reply">The error, after its code.</param>
internal sealed class CommandException(string reply) : Exception(reply);
