using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>One script with its keys and arguments, ready to be run.</summary>
internal readonly record struct ScriptCall(EmbeddedScript Script, RedisKey[] Keys, RedisValue[] Arguments)
{
    // Entries, epochs and tag invalidations are never read from or written to a replica.
    private const CommandFlags Flags = CommandFlags.DemandMaster;

    /// <summary>Runs the script by its hash; a server that does not know it has run nothing, and is given the text.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RedisResult> RunAsync(IDatabase database)
    {
        try
        {
            return await database.ScriptEvaluateAsync(Script.Hash, Keys, Arguments, Flags).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (IsUnknownScript(e))
        {
            return await database.ExecuteAsync("EVAL", Eval(), Flags).ConfigureAwait(false);
        }
    }

    /// <summary>The same on the client's synchronous path.</summary>
    public RedisResult Run(IDatabase database)
    {
        try
        {
            return database.ScriptEvaluate(Script.Hash, Keys, Arguments, Flags);
        }
        catch (RedisServerException e) when (IsUnknownScript(e))
        {
            return database.Execute("EVAL", Eval(), Flags);
        }
    }

    /// <summary>Whether the server has done nothing, because it has never seen the text.</summary>
    public static bool IsUnknownScript(RedisServerException e) => e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    private object[] Eval()
    {
        var arguments = new object[2 + Keys.Length + Arguments.Length];
        arguments[0] = Script.Text;
        arguments[1] = Keys.Length;
        for (var i = 0; i < Keys.Length; i++)
            arguments[2 + i] = Keys[i];
        for (var i = 0; i < Arguments.Length; i++)
            arguments[2 + Keys.Length + i] = Arguments[i];
        return arguments;
    }
}
