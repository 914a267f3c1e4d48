using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using RedisTagCache.Connection;
using RedisTagCache.Topology;
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

/// <summary>One file of lua/, embedded, after the functions of the prelude that its header names; with the hash under which servers know it.</summary>
internal sealed class EmbeddedScript
{
    private const string Header = "-- Prelude: ";

    private static readonly Lazy<string> _prelude = new(static () => Read("_prelude"));

    private EmbeddedScript(string name, string text)
    {
        Name = name;
        Text = text;
        Hash = Digest(text);
        HashText = Convert.ToHexStringLower(Hash);
    }

    public string Name { get; }

    public string Text { get; }

    public byte[] Hash { get; }

    /// <summary>Gets the hash as servers take it in a command.</summary>
    public RedisValue HashText { get; }

    public static EmbeddedScript Load(string name)
    {
        var text = Read(name);
        var line = text.Split('\n').FirstOrDefault(static line => line.StartsWith(Header, StringComparison.Ordinal));
        return new EmbeddedScript(name, string.Concat(line?[Header.Length..].Split(' ').Select(Function) ?? []) + text);
    }

    /// <summary>Gets a function of the prelude, from its name to the line that ends it.</summary>
    private static string Function(string name)
    {
        const string End = "\nend\n";
        var prelude = _prelude.Value;
        var start = prelude.IndexOf($"local function {name}(", StringComparison.Ordinal);
        return start >= 0
            ? prelude[start..(prelude.IndexOf(End, start, StringComparison.Ordinal) + End.Length)]
            : throw new InvalidOperationException($"The prelude of the scripts has no function {name}.");
    }

    private static string Read(string name)
    {
        using var stream = typeof(EmbeddedScript).Assembly.GetManifestResourceStream($"lua/{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

#pragma warning disable CA5350 // The server's own name for a script is its SHA-1.
    private static byte[] Digest(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}

/// <summary>Specifies whether a script did what it was asked to do. The scripts in lua/ have the same numbers.</summary>
internal enum ScriptVerdict
{
    /// <summary>It was not done, because something has changed since the caller last looked.</summary>
    Rejected = 0,

    /// <summary>It was done.</summary>
    Done = 1,
}

/// <summary>Reads the replies of scripts.</summary>
internal static class ScriptReply
{
    /// <summary>Reads a reply.</summary>
    /// <exception cref="UnexpectedReplyException">It is of another shape. What else fails is an error of this library.</exception>
    public static T Read<T>(RedisResult reply, Func<RedisResult, T> parse)
    {
        try
        {
            return parse(reply);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new UnexpectedReplyException("Redis returned a reply of another shape than the script has.", e);
        }
    }

    /// <summary>The parts of a reply that has at least so many.</summary>
    /// <exception cref="InvalidCastException">It has not: what answers is no Redis.</exception>
    public static RedisValue[] Parts(RedisResult reply, int least) =>
        (RedisValue[]?)reply is { } parts && parts.Length >= least ? parts : throw new InvalidCastException("A script gave another reply than it has.");

    public static bool IsDone(RedisValue verdict) => (int)verdict == (int)ScriptVerdict.Done;

    public static bool IsDone(RedisResult verdict) => (int)verdict == (int)ScriptVerdict.Done;

    /// <summary>The stamp in a part; nothing when there is none.</summary>
    public static EpochStamp? Stamp(RedisValue part) => EpochStamp.TryParse(((ReadOnlyMemory<byte>)part).Span, out var stamp) ? stamp : null;
}
