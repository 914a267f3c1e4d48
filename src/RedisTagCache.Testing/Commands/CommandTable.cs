namespace RedisTagCache.Testing.Commands;

/// <summary>The commands by their names.</summary>
internal static class CommandTable
{
    private static readonly Dictionary<string, Command> _commands = new[]
    {
        StringCommands.All, KeyCommands.All, HashCommands.All, SortedSetCommands.All, CollectionCommands.All, ServerCommands.All, MessageCommands.All, ScriptCommands.All, TransactionCommands.All,
    }.SelectMany(static commands => commands).ToDictionary(static command => command.Name, static command => command.Command, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandException">There is no such command, or arguments are missing.</exception>
    public static Command Find(Call call)
    {
        if (call.Count == 0 || !_commands.TryGetValue(call.Text(0), out var command))
            throw new CommandException($"ERR unknown command '{(call.Count == 0 ? "" : call.Text(0))}'. The in-memory server has only the commands that the cache uses.");
        return call.Count >= command.LeastArguments ? command : throw new CommandException($"ERR wrong number of arguments for '{call.Name.ToLowerInvariant()}' command");
    }
}
